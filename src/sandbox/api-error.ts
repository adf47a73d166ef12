/** A rejected request. The response has this status and a JSON body with the message. */
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

/** Error response with a JSON body in the vendor's format. */
export const errorResponse = ({ status, message, headers }: Pick<ApiError, 'status' | 'message' | 'headers'>) =>
  Response.json({ error: { message } }, { status, headers });

/** The error for an id that does not exist, was deleted, or belongs to another API key, which look the same. */
export const notFound = (kind: string, id: string) => new ApiError(404, `There is no ${kind} "${id}".`);
