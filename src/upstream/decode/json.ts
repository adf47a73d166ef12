import type { OperationId } from '../../contract/contract.ts';
import { UpstreamError } from '../errors.ts';
import { BodyError, MAX_RESPONSE_BYTES, readBytes, textOf } from '../transport/body.ts';

/** An answer that breaks the contract. */
export const invalid = (operation: OperationId, message: string, options?: ErrorOptions): UpstreamError =>
  new UpstreamError(operation, 'invalid-response', message, options);

/** The JSON of an answer. @throws UpstreamError */
export function parseJson(operation: OperationId, bytes: Buffer): unknown {
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    // Without its cause, which quotes the body.
    throw invalid(operation, 'expected JSON, got something else');
  }
}

/** The JSON of a response, as far as it is no longer than anything that is expected. @throws UpstreamError */
export async function readJson(operation: OperationId, response: Response): Promise<unknown> {
  try {
    return parseJson(operation, await readBytes(response, MAX_RESPONSE_BYTES));
  } catch (cause) {
    if (cause instanceof BodyError) throw invalid(operation, cause.message, { cause });
    throw cause;
  }
}
