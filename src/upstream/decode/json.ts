import type { OperationId } from '../../contract/contract.ts';
import { UpstreamError } from '../errors.ts';
import { BodyError, MAX_RESPONSE_BYTES, readBody, textOf } from '../transport/body.ts';

/** The error of a response that violates the contract. */
export const invalidResponse = (operation: OperationId, message: string, options?: ErrorOptions): UpstreamError =>
  new UpstreamError(operation, 'invalid-response', message, options);

/** Parses the body of a response as JSON. @throws UpstreamError */
export function parseJson(operation: OperationId, bytes: Buffer): unknown {
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    // Without the cause: its message quotes the body.
    throw invalidResponse(operation, 'expected JSON, got something else');
  }
}

/** Reads the body of a response, up to {@link MAX_RESPONSE_BYTES}, as JSON. @throws UpstreamError */
export async function readJson(operation: OperationId, response: Response): Promise<unknown> {
  try {
    return parseJson(operation, await readBody(response, MAX_RESPONSE_BYTES));
  } catch (cause) {
    if (cause instanceof BodyError) throw invalidResponse(operation, cause.message, { cause });
    throw cause;
  }
}
