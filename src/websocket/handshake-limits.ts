import type { GraphQLError } from 'graphql';
import { publicError } from '../errors.ts';

/** Limits the number of open sockets at the handshake, where keys are not known yet, or not verified. */
export interface SocketSlots {
  /** Acquires a slot. @returns An idempotent function that releases it, or an error when none is left. */
  acquire(address: string): (() => void) | GraphQLError;
}

export interface HandshakeLimits {
  /** Maximum open sockets per address. */
  socketsPerAddress: number;
  /** Maximum open sockets of all addresses together. */
  socketsInTotal: number;
}

/** Delay before a rejected handshake may be retried, in seconds. */
const RETRY_AFTER = 5;

export function createSocketSlots({ socketsPerAddress, socketsInTotal }: HandshakeLimits): SocketSlots {
  const byAddress = new Map<string, number>();
  let total = 0;

  const release = (address: string) => {
    total--;
    const left = (byAddress.get(address) ?? 1) - 1;
    if (left > 0) byAddress.set(address, left);
    else byAddress.delete(address);
  };

  return {
    acquire(address) {
      const open = byAddress.get(address) ?? 0;
      if (open >= socketsPerAddress) {
        const message = `This address has reached its limit of ${open} open sockets (MAX_SOCKETS_PER_ADDRESS). Close some first.`;
        return limitError('RATE_LIMITED', message, 429);
      }
      if (total >= socketsInTotal) {
        const message = `This gateway has reached its limit of ${total} open sockets (MAX_SOCKETS). Try again later.`;
        return limitError('SERVICE_UNAVAILABLE', message, 503);
      }
      byAddress.set(address, open + 1);
      total++;
      let isHeld = true;
      return () => {
        if (isHeld) release(address);
        isHeld = false;
      };
    },
  };
}

const limitError = (code: 'RATE_LIMITED' | 'SERVICE_UNAVAILABLE', message: string, status: number): GraphQLError =>
  publicError(code, message, {
    retryAfter: RETRY_AFTER,
    http: { status, headers: { 'retry-after': String(RETRY_AFTER) } },
  });
