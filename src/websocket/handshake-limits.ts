import type { GraphQLError } from 'graphql';
import { publicError } from '../errors.ts';

/** Limits how many sockets are open, before it is known who opens them: keys are verified later, and may be invented. */
export interface SocketSlots {
  /** Takes a place. @returns What gives it back (calling that again does nothing), or why there is none. */
  acquire(address: string): (() => void) | GraphQLError;
}

export interface HandshakeLimits {
  /** Sockets of one address. */
  socketsPerAddress: number;
  /** Sockets of all addresses together. */
  socketsInTotal: number;
}

/** When a refused handshake may be repeated, in seconds. */
const RETRY_AFTER = 5;

export function createSocketSlots({ socketsPerAddress, socketsInTotal }: HandshakeLimits): SocketSlots {
  const byAddress = new Map<string, number>();
  let total = 0;

  const close = (address: string) => {
    total--;
    const left = (byAddress.get(address) ?? 1) - 1;
    if (left > 0) byAddress.set(address, left);
    else byAddress.delete(address);
  };

  return {
    acquire(address) {
      const others = byAddress.get(address) ?? 0;
      if (others >= socketsPerAddress) {
        const message = `This address has ${others} sockets open, which is as many as it may (MAX_SOCKETS_PER_ADDRESS). Close some first.`;
        return limitError('RATE_LIMITED', message, 429);
      }
      if (total >= socketsInTotal) {
        const message = `This gateway has ${total} sockets open, which is as many as it may (MAX_SOCKETS). Try again later.`;
        return limitError('SERVICE_UNAVAILABLE', message, 503);
      }
      byAddress.set(address, others + 1);
      total++;
      let isOpen = true;
      return () => {
        if (isOpen) close(address);
        isOpen = false;
      };
    },
  };
}

const limitError = (code: 'RATE_LIMITED' | 'SERVICE_UNAVAILABLE', message: string, status: number): GraphQLError =>
  publicError(code, message, {
    retryAfter: RETRY_AFTER,
    http: { status, headers: { 'retry-after': String(RETRY_AFTER) } },
  });
