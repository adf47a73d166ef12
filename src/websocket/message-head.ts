import { isRecord, parseJson } from '../util/json.ts';

/** Length of the beginning that identifies a `subscribe` or `complete` message: clients write its id and type first. */
export const HEAD_LENGTH = 1_024;
const ID = '"id"\\s*:\\s*("(?:[^"\\\\]|\\\\.){1,512}")';
const TYPE = '"type"\\s*:\\s*"(subscribe|complete)"';
const HEAD = new RegExp(`^\\s*\\{\\s*(?:${ID}\\s*,\\s*${TYPE}|${TYPE}\\s*,\\s*${ID})\\s*[,}]`);

/** The id and type of a `subscribe` or `complete` message; type is undefined for any other. */
export interface MessageHead {
  readonly type: string | undefined;
  readonly id: string;
}

/** Reads the head of a message from its beginning, without parsing it. */
export function headOf(beginning: string): MessageHead {
  const [, id, type, otherType, otherId] = HEAD.exec(beginning) ?? [];
  return { type: type ?? otherType, id: String(parseJson(id ?? otherId ?? '""') ?? '') };
}

/** Reads the head of a whole message. One that does not begin with it is parsed. */
export function headOfMessage(text: string): MessageHead {
  const head = headOf(text.slice(0, HEAD_LENGTH));
  if (head.type !== undefined) return head;
  const message = parseJson(text);
  const { type, id } = isRecord(message) ? message : {};
  const isOfOperation = (type === 'subscribe' || type === 'complete') && typeof id === 'string';
  return isOfOperation ? { type, id } : { type: undefined, id: '' };
}
