import { useRef } from 'react';

/**
 * An idempotency key for a form that costs money: the same until the input changes or the attempt has ended, so that sending
 * the form again after a lost connection never pays twice.
 */
export function useAttemptKey(input: unknown): { key(): string; end(): void } {
  const attempt = useRef<{ input: string; key: string }>(undefined);
  return {
    key() {
      const text = JSON.stringify(input);
      if (attempt.current?.input !== text) attempt.current = { input: text, key: randomKey() };
      return attempt.current.key;
    },
    end() {
      attempt.current = undefined;
    },
  };
}

/** 128 random bits. `crypto.randomUUID` exists on secure pages only. */
const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
