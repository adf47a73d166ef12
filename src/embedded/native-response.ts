export interface NativeResponseOptions {
  /** Value of the header `x-request-id`. */
  readonly requestId: string;
  /** True for a request by HEAD, whose response has no body. */
  readonly isHead: boolean;
  /** Called once with the number of bytes, when the body has been read, has failed or is canceled. */
  readonly onEnd: (bytes: number) => void;
}

/**
 * A response as an instance of the runtime's own class, which frameworks require. GraphQL Yoga's responses are of another
 * class with the same members.
 */
export function toNativeResponse(response: Response, { requestId, isHead, onEnd }: NativeResponseOptions): Response {
  const { body, status, statusText, headers } = response;
  const allHeaders: [string, string][] = [...headers, ['x-request-id', requestId]];
  const source = isHead ? null : body;
  if (isHead) cancel(body);
  const native = new Response(source && toNativeStream(source, onEnd), { status, statusText, headers: allHeaders });
  if (!source) onEnd(0);
  return native;
}

/** Cancels a body that is not read. */
function cancel(body: Response['body']): void {
  body
    ?.getReader()
    .cancel()
    .catch(() => {});
}

/** Reads the source only as fast as the new stream is read, and cancels it with the new stream. */
function toNativeStream(
  source: ReadableStream<Uint8Array>,
  onEnd: (bytes: number) => void,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let bytes = 0;
  let hasEnded = false;
  // A cancellation also ends the read that is waiting.
  const end = () => {
    if (!hasEnded) onEnd(bytes);
    hasEnded = true;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = await reader.read();
          if (!done) {
            bytes += value.byteLength;
            controller.enqueue(value);
            return;
          }
        } catch (error) {
          end();
          throw error;
        }
        end();
        controller.close();
      },
      cancel(reason) {
        end();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
