/** A request that the sandbox refuses; it is answered with this status and a JSON body that holds the message. */
export class ApiError extends Error {
  override name = 'ApiError' as const;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** The vendor-style JSON body of every error. */
export const errorResponse = ({ status, message, headers }: Pick<ApiError, 'status' | 'message' | 'headers'>) =>
  Response.json({ error: { message } }, { status, headers });

/** An id that does not exist, was deleted, or belongs to another API key: the three cannot be told apart. */
export const notFound = (kind: string, id: string) => new ApiError(404, `There is no ${kind} "${id}".`);
