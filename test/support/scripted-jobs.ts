import { globalId } from '../../schema/ids.ts';
import { type StartOptions, startGateway } from './gateway.ts';

/** A response of the upstream: JSON with status 200, or a `Response`. */
export type Reply = object | Response;

/**
 * Starts a gateway with an upstream that returns scripted replies to reads, one after the other, the last one repeatedly.
 */
export function startScripted(replies: readonly Reply[], options: Omit<StartOptions, 'transport'> = {}) {
  let script = replies;
  let next = 0;
  let list: object | undefined;
  let details: object | undefined;
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
      if (details && !pathname.endsWith('/trainings')) return Response.json(details);
      times.push(started.clock.now());
      const reply = script[Math.min(next++, script.length - 1)] ?? {};
      return reply instanceof Response ? reply.clone() : Response.json(reply);
    },
  });
  return {
    ...started,
    started,
    /** Times of all reads. */
    times,
    /** Replaces the script. */
    reply(...replies: Reply[]) {
      script = replies;
      next = 0;
    },
    /** Sets the reply to lists of trainings. */
    replyToLists(reply: object) {
      list = reply;
    },
    /** Sets the reply to reads of a training or prediction. */
    replyToJobs(reply: object) {
      details = reply;
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

/** Collects the events of a subscription. */
export function collect<Result>({ next }: { next: () => Promise<Result | undefined> }) {
  const events: Result[] = [];
  const state = { events, isOver: false };
  void (async () => {
    for (let event = await next(); event !== undefined; event = await next()) events.push(event);
    state.isOver = true;
  })();
  return state;
}
