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
  /** Maximum open sockets of all addresses together, in this process. */
  socketsInTotal: number;
}

/** The open sockets of other replicas, which count for their addresses. */
export interface SharedSockets {
  ofOthers(address: string): number;
  set(address: string, open: number): void;
}

/** Delay before a rejected handshake may be retried, in seconds. */
const RETRY_AFTER = 5;

/** @param shared The sockets of other replicas. @default there are none */
export function createSocketSlots(
  { socketsPerAddress, socketsInTotal }: HandshakeLimits,
  shared?: SharedSockets | undefined,
): SocketSlots {
  const byAddress = new Map<string, number>();
  let total = 0;

  const setOpen = (address: string, open: number) => {
    if (open > 0) byAddress.set(address, open);
    else byAddress.delete(address);
    shared?.set(address, open);
  };
  const release = (address: string) => {
    total--;
    setOpen(address, (byAddress.get(address) ?? 1) - 1);
  };

  return {
    acquire(address) {
      const own = byAddress.get(address) ?? 0;
      const open = own + (shared?.ofOthers(address) ?? 0);
      if (open >= socketsPerAddress) {
        const message = `This address has reached its limit of ${open} open sockets (MAX_SOCKETS_PER_ADDRESS). Close some first.`;
        return limitError('RATE_LIMITED', message, 429);
      }
      if (total >= socketsInTotal) {
        const message = `This gateway has reached its limit of ${total} open sockets (MAX_SOCKETS). Try again later.`;
        return limitError('SERVICE_UNAVAILABLE', message, 503);
      }
      setOpen(address, own + 1);
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
