/** The key was used before with another input: answering with the first result would be wrong, sending would be a second write. */
export class KeyReusedError extends Error {
  override name = 'KeyReusedError' as const;
  readonly operation: string;

  constructor(operation: string) {
    super(
      `${operation}: this idempotency key was used before with another input. Repeat that input, or take a new key for a new one.`,
    );
    this.operation = operation;
  }
}

/** An earlier write with this key may or may not have happened. Nothing was sent now, nor will be with this key. */
export class OutcomeUnknownError extends Error {
  override name = 'OutcomeUnknownError' as const;
  readonly operation: string;

  constructor(operation: string, options?: ErrorOptions) {
    super(
      `${operation}: an earlier try with this idempotency key may or may not have happened, so nothing was sent. Look at what is there; take a new key if you want to send it again.`,
      options,
    );
    this.operation = operation;
  }
}

/** The store of idempotency records failed. */
export class StoreError extends Error {
  override name = 'StoreError' as const;
  readonly operation: string;
  /** Whether the write had been sent by then. Callers are only thrown errors of writes that had not. */
  readonly sent: boolean;

  constructor(operation: string, { sent, cause }: { sent: boolean; cause: unknown }) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      sent
        ? `${operation}: it was sent, but what came of it could not be recorded, so a repetition will find its outcome unknown. ${reason}`
        : `${operation}: its idempotency record could not be made or read, so nothing was sent. Try again with the same key. ${reason}`,
      { cause },
    );
    this.operation = operation;
    this.sent = sent;
  }
}
