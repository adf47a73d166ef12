import { createHash, randomUUID } from 'node:crypto';
import type { GraphQLError } from 'graphql';
import { publicError } from '../errors.ts';
import type { Claim, ExistingRecord, IdempotencyStore, Outcome } from '../idempotency/store.ts';

/** A pending use of a ticket. Its methods never reject. */
export interface TicketUse {
  /** Marks the ticket as used: the image was stored, or may have been. */
  complete(outcome: 'stored' | 'unknown'): Promise<void>;
  /** Makes the ticket usable again, because nothing happened. */
  release(): Promise<void>;
}

export interface SingleUseOptions {
  store: IdempotencyStore;
  /** Time after which an unfinished use counts as lost, in milliseconds; must exceed the longest upload. */
  lease: number;
  /** Called when a record could not be created or updated. If it was not updated, the ticket cannot be used again. */
  onError: (error: unknown) => void;
}

/** Time for which a use is remembered, in milliseconds; exceeds the lifetime of a ticket. */
const RECORD_LIFETIME_MS = 3 * 3_600_000;

/** Enforces that a ticket is used only once, across all processes that share the store. */
export function createSingleUse({ store, lease, onError }: SingleUseOptions) {
  const record = async (update: Promise<void>): Promise<void> => {
    try {
      await update;
    } catch (error) {
      onError(error);
    }
  };

  return {
    /** @throws GraphQLError with status 409 when the ticket is used up or in use, and with 503 when the store fails. */
    async claim(nonce: string): Promise<TicketUse> {
      const id = createHash('sha256').update(`upload ticket ${nonce}`).digest('hex');
      const claim: Claim = { id, input: '', token: randomUUID(), lease, lifetime: RECORD_LIFETIME_MS + lease };
      const found = await claimRecord(store, claim, onError);
      if (found.state !== 'claimed') throw alreadyUsedError(found);
      return {
        complete: (outcome) => record(store.recordOutcome(claim, OUTCOMES[outcome])),
        release: () => record(store.release(claim)),
      };
    },
  };
}

const OUTCOMES: Record<'stored' | 'unknown', Outcome> = {
  stored: { state: 'done', result: '{}' },
  unknown: { state: 'unknown' },
};

async function claimRecord(store: IdempotencyStore, claim: Claim, onError: SingleUseOptions['onError']) {
  try {
    return await store.claim(claim);
  } catch (error) {
    onError(error);
    // The store may have made the claim although its response was lost. Not awaited: the store has already been slow.
    void store.release(claim).catch(() => {});
    throw publicError(
      'SERVICE_UNAVAILABLE',
      'The gateway cannot record the use of this upload ticket at present, so nothing was sent. Try again later with the same ticket.',
    );
  }
}

function alreadyUsedError(found: ExistingRecord): GraphQLError {
  const http = { status: 409 };
  if (found.state === 'done') {
    return publicError(
      'BAD_USER_INPUT',
      'This upload ticket has already been used. Create a new one with `createUploadTickets`.',
      { http },
    );
  }
  if (found.state === 'under-way' && found.leaseLeft > 0) {
    const message = 'This upload ticket is being used by another request. Wait for the response to that request.';
    return publicError('BAD_USER_INPUT', message, { http });
  }
  return publicError(
    'UPSTREAM_OUTCOME_UNKNOWN',
    'An upload with this ticket may or may not have been stored. Check the data items of the model, and create a new ticket if the image is missing.',
    { http },
  );
}
