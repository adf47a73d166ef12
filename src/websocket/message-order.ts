import type { MessageHead } from './message-head.ts';

/** A `subscribe` message that is being handled. */
interface Handled {
  /** True once the client has completed its operation. */
  isCompleted: boolean;
  /** Admits the next operation with the same id, or drops it. */
  admitNext: ((isAdmitted: boolean) => void) | undefined;
}

/**
 * Orders the messages of one socket. A client may use the id of an operation again as soon as it has completed it
 * (graphql-transport-ws, "Complete"). graphql-ws distinguishes operations by their ids only, so that the results of a
 * completed operation that still runs would be sent as those of the next one: this one waits until the other has ended.
 */
export class MessageOrder {
  readonly #handled = new Map<string, Handled>();
  readonly #onTaken: (id: string) => void;

  /** @param onTaken Called for a `subscribe` message whose id is that of an operation that waits. */
  constructor(onTaken: (id: string) => void) {
    this.#onTaken = onTaken;
  }

  /**
   * Admits a message.
   *
   * @returns False for a message that must be dropped: its operation was completed while it waited, or its id is taken.
   * A promise for one that must wait. After a `subscribe` message that was admitted, {@link end} must be called.
   */
  admit({ type, id }: MessageHead): boolean | Promise<boolean> {
    if (type === undefined) return true;
    const earlier = this.#handled.get(id);
    if (type === 'complete') return this.#complete(earlier);
    if (!earlier) this.#begin(id);
    // graphql-ws closes the socket if there is an operation with this id that was not completed.
    if (!earlier?.isCompleted) return true;
    if (earlier.admitNext) {
      this.#onTaken(id);
      return false;
    }
    return new Promise((resolve) => {
      earlier.admitNext = resolve;
    });
  }

  /** Called when an admitted `subscribe` message has been handled. */
  end(id: string): void {
    const next = this.#handled.get(id)?.admitNext;
    this.#handled.delete(id);
    if (!next) return;
    this.#begin(id);
    next(true);
  }

  #begin(id: string): void {
    this.#handled.set(id, { isCompleted: false, admitNext: undefined });
  }

  #complete(operation: Handled | undefined): boolean {
    if (!operation) return true;
    operation.isCompleted = true;
    const { admitNext } = operation;
    operation.admitNext = undefined;
    admitNext?.(false);
    return admitNext === undefined;
  }
}
