/** Configuration of Relay: options of its compiler, and handlers for its environment. */
import { keylessTypes, lookups } from './cache/facts.gen.ts';
import { scalars } from './codegen.ts';

/** Options of Relay's compiler that this graph needs, to be spread into `relay.config.js`. */
export const relayConfig: RelayConfig = {
  customScalarTypes: {
    DateTime: scalars.DateTime,
    URL: scalars.URL,
    SafeInt: scalars.SafeInt,
    File: scalars.File,
  },
  requireCustomScalarTypes: true,
};

export interface RelayConfig {
  /** The TypeScript type of each scalar. */
  customScalarTypes: Record<string, string>;
  /** Makes the compiler report a scalar without a type, instead of using `any`. */
  requireCustomScalarTypes: boolean;
}

/** The parts of a record of Relay's store that the handlers read. */
interface StoreRecord {
  getType(): string;
}

export interface MissingFieldHandler {
  kind: 'linked';
  handle(
    field: { readonly name: string },
    parent: StoreRecord | null | undefined,
    args: { readonly id?: string },
  ): string | undefined;
}

/**
 * The key of an object in the store; an option of `Environment`. Some types contain the `id` of another object, which
 * Relay would take for their own: `NotFoundError`, and the models of the settings of a prediction.
 */
export const getDataID = (fields: { readonly id?: string }, type: string): string | undefined =>
  keylessTypes.includes(type) ? undefined : fields.id;

/** The type that Relay gives to the root of queries. */
const ROOT_TYPE = '__Root';

/** Reads objects by their ids from the store, if a list or an event has brought them; an option of `Environment`. */
export const missingFieldHandlers: MissingFieldHandler[] = [
  {
    kind: 'linked',
    handle({ name }, parent, { id }) {
      const type = parent?.getType();
      if (type === undefined || id === undefined) return undefined;
      const fields = lookups[type === ROOT_TYPE ? 'Query' : type];
      // Ids are unique in the whole graph, so that Relay finds each object by its id alone.
      return name === 'node' || fields?.[name] !== undefined ? id : undefined;
    },
  },
];
