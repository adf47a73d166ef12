import type { Contract, OperationId } from '../contract/contract.ts';
import type { Pause } from './faults.ts';
import type { DataItemShape } from './world.ts';

/** How a sandbox behaves. Every option may be left out. */
export interface SandboxOptions {
  /** What the API looks like: its routes and the checks of requests. @default the vendor's, from `schema/flair.openapi.yaml` */
  contract?: Contract;
  /** API keys that work besides `demo`. Each sees only what was made with it. @default [] */
  keys?: readonly string[];
  /** Name of the header that carries the API key. @default 'x-api-key' */
  apiKeyHeader?: string;
  /** Path of the SQLite file that holds everything, or `memory`. @default 'memory' */
  storage?: string;
  /** How long a fast training takes, in seconds. @default 20 */
  fastSeconds?: number;
  /** How long a high-quality training takes, in seconds. @default 60 */
  highQualitySeconds?: number;
  /** How long a prediction takes, in seconds. @default 6 */
  predictionSeconds?: number;
  /** Documents on a page of a list. @default 20 */
  pageSize?: number;
  /** The largest image that is accepted, in bytes. @default as the contract says */
  maxImageBytes?: number;
  /** How the image of a data item is answered. @default 'bytes' */
  dataItemShape?: DataItemShape;
  /** What an item of a list holds: all fields or its id alone. @default 'full' */
  listDetail?: 'full' | 'ids';
  /** Where clients reach this sandbox, for the addresses of images. @default the origin of each request */
  publicUrl?: string;
  /** How long an image's address works, in seconds. @default 3_600 */
  imageUrlSeconds?: number;
  /** What goes wrong on purpose, see `parseFaults`. @default '' (nothing) */
  faults?: string;
  /** Whether an empty store starts with demo data for the key `demo`. @default false */
  seed?: boolean;
  /** The wall clock, in milliseconds since the epoch. @default real time */
  now?: () => number;
  /** How the delays among the faults wait. @default a timer */
  pause?: Pause;
  /** Called with each request before anything else happens to it. */
  onRequest?: (seen: SeenRequest) => void;
}

/** A request as `onRequest` sees it. */
export interface SeenRequest {
  /** Undefined for anything outside the contract, such as an image. */
  operation: OperationId | undefined;
  method: string;
  /** Path without the query. */
  path: string;
  /** SHA-256 of the API key in hexadecimal; undefined when the key is missing or unknown. */
  keyHash: string | undefined;
}
