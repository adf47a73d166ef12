import type { OperationId } from '../contract/contract.ts';

/** Target of a fault: an operation of the API, `image` for signed image URLs, or `*` for all requests. */
export type FaultTarget = OperationId | 'image' | '*';

/** A simulated failure. */
export interface Fault {
  effect:
    | { kind: 'status'; status: number /** Seconds. */; retryAfter?: number }
    | { kind: 'delay' /** Milliseconds. */; duration: number }
    | { kind: 'reset' };
  target: FaultTarget;
  /** Affected requests: a share of them, evenly spread, or the first ones. */
  when: { share: number } | { first: number };
  /** True if the operation takes effect first, so that only its response is lost or delayed. */
  after: boolean;
}

/** A syntax error in a list of faults. */
export class FaultSyntaxError extends Error {
  override name = 'FaultSyntaxError' as const;
}

/**
 * Parses a comma-separated list of faults. Each is `effect:operation:when`, followed by options after further colons:
 *
 * - effect: a status from 400 to 599, `delay`, or `reset` (the connection breaks);
 * - operation: an operationId of the contract, `image` (a signed image URL), or `*` (all requests);
 * - when: a share above 0 and up to 1 (`0.1` affects every tenth request), `always`, `once`, or `3x` (the first three);
 * - `after`: the operation takes effect first, only its response is affected;
 * - `retryAfter=2`: the Retry-After header of a status, in seconds;
 * - `ms=800`: the duration of a delay, in milliseconds.
 *
 * `429:listModels:0.1:retryAfter=2, delay:getTraining:always:ms=800, reset:startTraining:once:after`
 *
 * @throws FaultSyntaxError with the invalid part of the fault and what was expected.
 */
export function parseFaults(text: string, operations: readonly OperationId[]): Fault[] {
  const parts = text.split(/[,\n]/).map((part) => part.trim());
  return parts.filter((part) => part !== '').map((part) => parseFault(part, operations));
}

function parseFault(text: string, operations: readonly OperationId[]): Fault {
  const [effect = '', operation = '', when = '', ...options] = text.split(':').map((part) => part.trim());
  const wrong = (what: string, got: string, expected: string) =>
    new FaultSyntaxError(`In the fault "${text}" ${what} must be ${expected}, but is "${got}".`);

  const values = new Map<string, string>();
  const known = effect === 'delay' ? ['ms', 'after'] : effect === 'reset' ? ['after'] : ['retryAfter', 'after'];
  for (const option of options) {
    const [name = '', value = ''] = option.split('=');
    const fits = known.includes(name) && (name === 'after' ? option === 'after' : /^\d+$/.test(value));
    if (!fits)
      throw wrong(
        'an option',
        option,
        known.map((each) => (each === 'after' ? each : `${each}=<whole number>`)).join(' or '),
      );
    values.set(name, value);
  }
  const number = (name: string) => (values.has(name) ? Number(values.get(name)) : undefined);

  const target = [...operations, 'image' as const, '*' as const].find((each) => each === operation);
  if (!target) throw wrong('the operation', operation, `*, image, or one of ${operations.join(', ')}`);

  return { effect: readEffect(), target, when: readWhen(), after: values.has('after') };

  function readEffect(): Fault['effect'] {
    if (effect === 'reset') return { kind: 'reset' };
    if (effect === 'delay') {
      const duration = number('ms');
      if (duration === undefined) throw wrong('the delay', text, 'given as ms=<milliseconds>');
      return { kind: 'delay', duration };
    }
    if (!/^[45]\d\d$/.test(effect)) throw wrong('the effect', effect, 'a status from 400 to 599, delay or reset');
    const retryAfter = number('retryAfter');
    return { kind: 'status', status: Number(effect), ...(retryAfter !== undefined && { retryAfter }) };
  }

  function readWhen(): Fault['when'] {
    if (when === 'always') return { share: 1 };
    if (when === 'once') return { first: 1 };
    const first = /^([1-9]\d*)x$/.exec(when)?.[1];
    if (first) return { first: Number(first) };
    const share = /^\d+(\.\d+)?$/.test(when) ? Number(when) : 0;
    if (share > 0 && share <= 1) return { share };
    throw wrong('the time', when, 'always, once, <count>x, or a share over 0 and up to 1');
  }
}
