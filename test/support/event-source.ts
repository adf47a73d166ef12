import { settle } from './clock.ts';

/** An event of an EventSource. */
export interface ServerSentEvent {
  type: string;
  data: string;
}

export interface EventSourceOptions {
  /** Called for each event. */
  onEvent: (event: ServerSentEvent) => void;
  /** Called when a connection has been opened. */
  onOpen?: (response: Response) => void;
  signal?: AbortSignal;
}

/**
 * Reads events like an EventSource of a browser (HTML, 9.2), but reconnects without delay after every end and every broken
 * connection, with the id of the last event. Only a response with another status than 200 stops it.
 *
 * @returns The status that stopped it.
 */
export async function readEvents(url: string, { onEvent, onOpen, signal }: EventSourceOptions): Promise<number> {
  let lastEventId = '';
  for (;;) {
    signal?.throwIfAborted();
    try {
      const headers = { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) };
      const response = await fetch(url, { headers, cache: 'no-store', ...(signal && { signal }) });
      if (response.status !== 200) return response.status;
      onOpen?.(response);
      for await (const block of blocksOf(response)) {
        let event: ServerSentEvent = { type: 'message', data: '' };
        for (const line of block.split('\n')) {
          const [, field, value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
          if (field === 'id') lastEventId = value;
          if (field === 'event') event = { ...event, type: value };
          if (field === 'data') event = { ...event, data: event.data + value };
        }
        onEvent(event);
      }
    } catch (error) {
      if (signal?.aborted) throw error;
    }
    await settle();
  }
}

async function* blocksOf(response: Response): AsyncGenerator<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    // Comments are ignored.
    yield* blocks.filter((block) => !block.startsWith(':'));
  }
}
