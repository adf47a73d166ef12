import { globalId } from '../../schema/ids.ts';
import { type StartOptions, startGateway } from './gateway.ts';

/** How an upstream answers: JSON with status 200, or a response. */
export type Reply = object | Response;

/**
 * A gateway over an upstream of which a test writes each reply to a read: one after another, the last one for ever.
 */
export function startScripted(replies: readonly Reply[], options: Omit<StartOptions, 'transport'> = {}) {
  let script = replies;
  let next = 0;
  let list: object | undefined;
  const times: number[] = [];
  const started = startGateway({
    ...options,
    transport: async (request) => {
      const { pathname } = new URL(request.url);
      if (request.method === 'POST') {
        const id = pathname.endsWith('/trainings') ? 'trainingId' : 'predictionId';
        return Response.json({ [id]: 'new' });
      }
      if (request.method === 'DELETE') return Response.json({});
      if (list && pathname.endsWith('/trainings')) return Response.json(list);
      times.push(started.clock.now());
      const reply = script[Math.min(next++, script.length - 1)] ?? {};
      return reply instanceof Response ? reply.clone() : Response.json(reply);
    },
  });
  return {
    ...started,
    started,
    /** When the upstream was read. */
    times,
    /** From now on the upstream gives these replies. */
    reply(...replies: Reply[]) {
      script = replies;
      next = 0;
    },
    /** From now on lists of trainings have this one reply. */
    replyToLists(reply: object) {
      list = reply;
    },
    training: globalId({ kind: 'Training', modelId: 'm', id: 't' }),
    prediction: globalId({ kind: 'Prediction', id: 'p' }),
    model: globalId({ kind: 'Model', id: 'm' }),
  };
}

export const status = (code: number, headers: Record<string, string> = {}, body: object | null = null): Response =>
  new Response(body && JSON.stringify(body), {
    status: code,
    headers: { 'content-type': 'application/json', ...headers },
  });

/** Collects what a subscription gets, as it comes. */
export function collect<Result>({ next }: { next: () => Promise<Result | undefined> }) {
  const events: Result[] = [];
  const state = { events, isOver: false };
  void (async () => {
    for (let event = await next(); event !== undefined; event = await next()) events.push(event);
    state.isOver = true;
  })();
  return state;
}
