import { expect } from 'vitest';
import { ERROR_CODES } from '../../src/error-codes/error-codes.ts';
import { settle } from '../support/clock.ts';
import { mayHaveExecuted } from './faults.ts';
import { identityOfRequest, type OperationRecord, runOperation, type Session } from './session.ts';
import { type Phase, TENANTS } from './steps.ts';

/** Maximum time until all operations have ended after the last fault, by the test clock, in milliseconds. */
const MAX_END_TIME = 600_000;
/** Maximum number of turns of the event loop to wait for disk access. */
const MAX_DISK_TURNS = 20_000;

/** Runs all operations, then disables faults and waits until everything has ended. */
export async function runPhases(session: Session, phases: readonly Phase[]): Promise<void> {
  const { started, faults } = session;
  const { clock } = started;
  const running: Promise<void>[] = [];
  let pending = 0;
  for (const { faultRates, steps } of phases) {
    faults.set(faultRates);
    for (const step of steps) {
      pending++;
      running.push(runOperation(session, step, running.length).finally(() => pending--));
      if (step.delay > 0) await clock.advance(step.delay);
      else await settle(2);
      // Sockets need real time.
      if (!session.isTimed) await settle(100);
    }
  }
  faults.set({});
  for (let time = 0; time < MAX_END_TIME && pending > 0; time += 5_000) {
    await clock.advance(5_000);
    if (!session.isTimed) await settle(100);
  }
  const isSettled = () => pending === 0 && clock.waits().length === 0;
  // Writes continue after their clients have disconnected.
  await clock.advance(60_000);
  // File access takes real time.
  for (let turn = 0; turn < MAX_DISK_TURNS && !isSettled(); turn++) await settle(1);
  // Operations that are still pending are reported by `expectGuarantees`.
  if (pending === 0) await Promise.all(running);
}

/** Asserts the guarantees of the gateway. */
export function expectGuarantees({ started, faults, idsByTenant, records, sentWrites, images }: Session): void {
  const withoutResponse = records
    .filter(({ endedAt }) => endedAt === undefined)
    .map(({ kind, tenant }) => `${tenant} ${kind}`);
  expect(withoutResponse, 'every operation gets a response, and every stream ends').toEqual([]);
  const late = records
    .filter(({ endedAt = 0, deadline }) => endedAt > deadline)
    .map(
      ({ kind, startedAt, deadline, endedAt = 0 }) =>
        `${kind}: ${endedAt - startedAt} ms instead of ${deadline - startedAt}`,
    );
  expect(late, 'every response arrives by its deadline').toEqual([]);

  const codes = new Set(records.flatMap(codesOf));
  for (const code of codes) expect(Object.keys(ERROR_CODES), 'every error has a documented code').toContain(code);
  const unexpectedErrors = started.logLines.filter((line) => line.includes('unexpected error'));
  expect(unexpectedErrors, 'there is no unexpected error').toEqual([]);
  expect([...codes]).not.toContain('INTERNAL_SERVER_ERROR');

  for (const { tenant, text } of records) {
    for (const other of TENANTS) {
      if (other === tenant) continue;
      const ids = Object.values(idsByTenant.get(other) ?? {}).flat();
      const leaked = [other, ...ids].filter((name) => text.includes(name));
      expect(leaked, `no data of ${other} is in responses to ${tenant}`).toEqual([]);
    }
  }

  const executions = new Map<string, number>();
  for (const request of faults.requests.filter((each) => each.method === 'POST' && mayHaveExecuted(each))) {
    const identity = `${request.apiKey} ${identityOfRequest(request, images)}`;
    executions.set(identity, (executions.get(identity) ?? 0) + 1);
  }
  const repeated = [...executions].filter(([identity, times]) => times > (sentWrites.get(identity)?.size ?? 0));
  expect(repeated, 'no write is executed more often than it was sent').toEqual([]);

  expect(started.gateway.watchedJobs, 'there is no active poll').toBe(0);
  expect(started.clock.waits(), 'there is no timer: no poll, no deadline, no queue entry').toEqual([]);
}

/** The codes of all errors in a response, or in the events of a stream. */
function codesOf({ text, isAborted }: OperationRecord): string[] {
  const results = text
    .split('\n')
    .map((line) => line.replace(/^data: ?/, ''))
    .filter((line) => line.startsWith('{'));
  return results.flatMap((line) => {
    try {
      const { errors = [] } = JSON.parse(line) as { errors?: { extensions?: { code?: string } }[] };
      return errors.map(({ extensions }) => extensions?.code ?? 'none');
    } catch (error) {
      // An aborted response may end in the middle of a line.
      if (isAborted) return [];
      throw error;
    }
  });
}
