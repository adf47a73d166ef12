/**
 * The key was already used with a different input, so neither the recorded result nor a second write would be right.
 */
export class KeyReusedError extends Error {
  override name = 'KeyReusedError' as const;
  readonly operation: string;

  constructor(operation: string) {
    super(
      `${operation}: this idempotency key was already used with a different input. Send the same input again, or use a new key.`,
    );
    this.operation = operation;
  }
}

/** An earlier write with this key may or may not have happened. Nothing was sent, and nothing will be with this key. */
export class OutcomeUnknownError extends Error {
  override name = 'OutcomeUnknownError' as const;
  readonly operation: string;

  constructor(operation: string, options?: ErrorOptions) {
    super(
      `${operation}: an earlier request with this idempotency key may or may not have happened, so nothing was sent. Check the current data, and send the request again with a new key if it did not happen.`,
      options,
    );
    this.operation = operation;
  }
}

/** The store of idempotency records failed. */
export class StoreError extends Error {
  override name = 'StoreError' as const;
  readonly operation: string;
  /** True if the write had already been sent. Callers only receive errors of writes that were not sent. */
  readonly sent: boolean;

  constructor(operation: string, { sent, cause }: { sent: boolean; cause: unknown }) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      sent
        ? `${operation}: the write was sent, but its outcome could not be recorded, so a request with the same key will find it unknown. ${reason}`
        : `${operation}: the idempotency record could not be created or read, so nothing was sent. Try again with the same key. ${reason}`,
      { cause },
    );
    this.operation = operation;
    this.sent = sent;
  }
}
