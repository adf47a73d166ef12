import { createHash, randomUUID } from 'node:crypto';
import type { GraphQLError } from 'graphql';
import { publicError } from '../errors.ts';
import type { Claim, ExistingRecord, IdempotencyStore, Outcome } from '../idempotency/store.ts';

/** One use of a ticket, for as long as it lasts. None of these rejects. */
export interface TicketUse {
  /** The picture was stored, or nobody knows: the ticket is used up. */
  complete(outcome: 'stored' | 'unknown'): Promise<void>;
  /** Nothing happened: the ticket may be used again. */
  release(): Promise<void>;
}

export interface SingleUseOptions {
  store: IdempotencyStore;
  /** How long a use may take before it counts as lost, in milliseconds; longer than the longest upload. */
  lease: number;
  /** Hears of records that could not be updated. The ticket then stays claimed, and counts as lost in the end. */
  onError: (error: unknown) => void;
}

/** Longer than any ticket is valid, in milliseconds. */
const RECORD_LIFETIME_MS = 3 * 3_600_000;

/** Lets every ticket be used once, across all processes that share the store. */
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
    async begin(nonce: string): Promise<TicketUse> {
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
    // The claim may have arrived although its answer did not. Not awaited: the store has been waited for long enough.
    void store.release(claim).catch(() => {});
    throw publicError(
      'SERVICE_UNAVAILABLE',
      'The gateway cannot note at present that this upload ticket is used, so nothing was sent. Try again with the same one.',
    );
  }
}

function alreadyUsedError(found: ExistingRecord): GraphQLError {
  const http = { status: 409 };
  if (found.state === 'done') {
    return publicError('BAD_USER_INPUT', 'This upload ticket has been used. Ask the graph for a new one.', { http });
  }
  if (found.state === 'under-way' && found.leaseLeft > 0) {
    const message = 'This upload ticket is in use at this moment. Wait for the answer to that upload.';
    return publicError('BAD_USER_INPUT', message, { http });
  }
  return publicError(
    'UPSTREAM_OUTCOME_UNKNOWN',
    'An upload with this ticket may or may not have been stored. Look at what is there, and ask the graph for a new ticket if it is missing.',
    { http },
  );
}
