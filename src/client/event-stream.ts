import { type Endpoint, invalidResponse, networkError, post, type Result, readResult } from './http.ts';
import type { Payload } from './multipart.ts';
import { createWatchdog, follow, type Runtime } from './runtime.ts';

/** The gateway sends a comment every 12 s: after twice that time and this one, a connection counts as broken. */
const SILENCE = { idle: 25_000, timeout: 10_000 };
/** The gateway delays a subscription above a limit by up to a minute, before it sends anything. */
const DELAY = { idle: 65_000, timeout: 10_000 };

/** One attempt to subscribe. */
export interface StreamRequest {
  payload: Payload;
  /** Number of attempts that have failed in succession. */
  failures: number;
  signal: AbortSignal;
  /** Called once the gateway has accepted the connection. */
  onOpen: () => void;
}

/**
 * Subscribes once, with server-sent events (GraphQL over SSE, distinct connections mode). Returns when the gateway
 * completes the subscription.
 *
 * @throws FlairError if the connection fails or ends before, or is silent for too long.
 */
export async function* readEventStream(
  endpoint: Endpoint,
  runtime: Runtime,
  { payload, signal, onOpen }: StreamRequest,
): AsyncGenerator<Result, undefined> {
  const controller = new AbortController();
  const release = follow(controller, signal);
  const silent = networkError('The connection is silent');
  const onDead = () => controller.abort(silent);
  let watchdog = createWatchdog(runtime, { ...DELAY, onDead });
  try {
    const response = await post(endpoint, payload, { accept: 'text/event-stream', signal: controller.signal });
    watchdog.stop();
    watchdog = createWatchdog(runtime, { ...SILENCE, onDead });
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
      // Never a stream, which has this media type.
      yield await readResult(response);
      return;
    }
    if (response.ok) onOpen();
    for await (const text of eventsOf(response, watchdog.heard)) {
      const event = parseEvent(text);
      if (event.type === 'complete') return;
      if (event.type === 'next') yield JSON.parse(event.data);
    }
    throw networkError('The connection was lost');
  } catch (error) {
    signal.throwIfAborted();
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    watchdog.stop();
    release();
    // Closes the connection of a stream that is left early.
    controller.abort(silent);
  }
}

/** The events of a response, each as its lines. @param onChunk Called when bytes arrive. */
async function* eventsOf(response: Response, onChunk: () => void): AsyncGenerator<string, undefined> {
  const reader = response.body?.getReader();
  if (!reader) throw invalidResponse(response);
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read().catch((cause) => {
      throw networkError('The connection was lost', cause);
    });
    if (done) return;
    onChunk();
    // Only the new part can contain an end: all others were found before.
    text = (text + decoder.decode(value, { stream: true })).replaceAll('\r\n', '\n');
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    yield* events;
  }
}

function parseEvent(text: string): { type: string; data: string } {
  let type = 'message';
  const data: string[] = [];
  for (const line of text.split('\n')) {
    const [, field, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === 'event') type = value;
    if (field === 'data') data.push(value);
  }
  return { type, data: data.join('\n') };
}
