import type { ChildProcess } from 'node:child_process';

/** Functions of a child process that its parent calls. Arguments and results are plain data. */
export type Calls = Readonly<Record<string, (argument: never) => unknown>>;

interface CallMessage {
  id: number;
  name: string;
  argument: unknown;
}

type Reply = { id: number; result: unknown } | { id: number; error: string };

/** Serves the calls of the parent process, and exits with it. */
export function serveCalls(calls: Calls): void {
  process.on('message', async ({ id, name, argument }: CallMessage) => {
    const reply = await Promise.resolve()
      .then(() => calls[name]?.(argument as never))
      .then(
        (result): Reply => ({ id, result }),
        (error: unknown): Reply => ({ id, error: String(error instanceof Error ? error.stack : error) }),
      );
    process.send?.(reply);
  });
  process.once('disconnect', () => process.exit());
}

/** Calls a function of a child process. */
export type Call<C extends Calls> = <Name extends keyof C & string>(
  name: Name,
  ...argument: Parameters<C[Name]>
) => Promise<Awaited<ReturnType<C[Name]>>>;

/** Connects to the functions that a child process serves with {@link serveCalls}. */
export function callsOf<C extends Calls>(child: ChildProcess): Call<C> {
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  let calls = 0;
  child.on('message', (reply: Reply) => {
    const caller = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) caller?.reject(new Error(reply.error));
    else caller?.resolve(reply.result as never);
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`${child.spawnfile} ended with ${code ?? signal}.`));
    waiting.clear();
  });
  return (name, ...[argument]) =>
    new Promise((resolve, reject) => {
      const id = calls++;
      waiting.set(id, { resolve, reject });
      child.send({ id, name, argument } satisfies CallMessage);
    });
}

/** Milliseconds on a clock shared by all processes of a machine. */
export const sharedClock = (): number => Number(process.hrtime.bigint()) / 1e6;
