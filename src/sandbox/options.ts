import type { Contract, OperationId } from '../contract/contract.ts';
import type { DataItemShape } from './context.ts';
import type { Sleep } from './faults.ts';

/** Options of a sandbox. */
export interface SandboxOptions {
  /** Routes and request schemas of the API. @default the vendor's, from `schema/flair.openapi.yaml` */
  contract?: Contract;
  /** Accepted API keys in addition to `demo`. Each has access to its own documents only. @default [] */
  keys?: readonly string[];
  /** Header of the API key. @default 'x-api-key' */
  apiKeyHeader?: string;
  /** Path of the SQLite file, or `memory`. @default 'memory' */
  storage?: string;
  /** Duration of a fast training, in seconds. @default 20 */
  fastSeconds?: number;
  /** Duration of a high-quality training, in seconds. @default 60 */
  highQualitySeconds?: number;
  /** Duration of a prediction, in seconds. @default 6 */
  predictionSeconds?: number;
  /** Number of documents per page. @default 20 */
  pageSize?: number;
  /** Maximum size of an image, in bytes. @default that of the contract */
  maxImageBytes?: number;
  /** Format of the image in responses for a data item. @default 'bytes' */
  dataItemShape?: DataItemShape;
  /** Fields of list items: all, or only the id. @default 'full' */
  listDetail?: 'full' | 'ids';
  /** Public URL of the sandbox, for image URLs. @default the origin of each request */
  publicUrl?: string;
  /** Lifetime of an image URL, in seconds. @default 3_600 */
  imageUrlSeconds?: number;
  /** Simulated faults, see `parseFaults`. @default '' (none) */
  faults?: string;
  /** True to fill an empty store with demo data for the key `demo`. @default false */
  seed?: boolean;
  /** The wall clock, in milliseconds since the epoch. @default real time */
  now?: () => number;
  /** Waits during simulated delays. @default a timer */
  sleep?: Sleep;
  /** Called with each request before it is handled. */
  onRequest?: (seen: SeenRequest) => void;
}

/** Argument of `onRequest`. */
export interface SeenRequest {
  /** Undefined for requests outside the contract, such as images. */
  operation: OperationId | undefined;
  method: string;
  /** Path without the query. */
  path: string;
  /** Hexadecimal SHA-256 of the API key; undefined if the key is missing or unknown. */
  keyHash: string | undefined;
}
