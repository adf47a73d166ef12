/** The steps of an operation, in their order. */
export const STEPS = [
  'rateLimit',
  'body',
  'document',
  'validation',
  'preparation',
  'cost',
  'identity',
  'quota',
  'execution',
  'masking',
  'serialization',
] as const;

export type Step = (typeof STEPS)[number];

/** How an operation reaches the gateway. */
export type Transport = 'http' | 'eventStream' | 'fastPath' | 'webSocket';

/** An implementation of every step for every transport. */
export type Table = Record<Step, Record<Transport, unknown>>;

/** The row of a step that is the same on every transport. */
export const everywhere = <Cell>(cell: Cell): Record<Transport, Cell> => ({
  http: cell,
  eventStream: cell,
  fastPath: cell,
  webSocket: cell,
});

/** The cells of a step that is the same for both kinds of responses that Yoga sends. */
export const overYoga = <Cell>(cell: Cell): Record<'http' | 'eventStream', Cell> => ({ http: cell, eventStream: cell });

type Column<Of extends Table, Name extends Transport> = { readonly [S in Step]: Of[S][Name] };

/** The steps of one transport. */
export const columnOf = <Of extends Table, Name extends Transport>(table: Of, transport: Name): Column<Of, Name> =>
  Object.fromEntries(STEPS.map((step) => [step, table[step][transport]])) as Column<Of, Name>;
