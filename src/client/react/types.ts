import type { FlairError } from '../errors.ts';
import type { Job, Model, StreamState, UploadOptions, UploadOutcome, UploadProgress } from '../types.ts';

/** A watched job. */
export interface JobResult {
  /** The last known state; undefined before the first event. */
  job: Job | undefined;
  /** The error that ended the watch. */
  error: FlairError | undefined;
  /** The state of the connection. */
  state: StreamState;
}

/** Watched jobs. */
export interface JobsResult {
  /** The last known state of each job by its id, in the order of the ids. */
  jobs: ReadonlyMap<string, Job>;
  /** The error that ended the watch of a job, by id; for example `NOT_FOUND` for a deleted one. */
  errors: ReadonlyMap<string, FlairError>;
  /** The error that ended the watch of all jobs. */
  error: FlairError | undefined;
  /** The state of the connection. */
  state: StreamState;
}

/** Uploads from a component. */
export interface Upload {
  /** Starts an upload; resolves with one outcome per file. Files of earlier calls remain in `files` until `clear`. */
  upload(files: Iterable<Blob>, options: Omit<UploadOptions, 'onProgress'>): Promise<UploadOutcome[]>;
  /** The progress of each file, and its outcome once there is one. */
  files: readonly UploadFile[];
  isUploading: boolean;
  /** Stops the running uploads. */
  cancel(): void;
  /** Removes the files that are stored or rejected from `files`. */
  clear(): void;
}

/** A file of {@link Upload}. */
export interface UploadFile extends UploadProgress {
  /** Identifies the file in this component, for example as its `key`. */
  id: number;
  outcome: UploadOutcome | undefined;
}

/** The list of models, page by page. */
export interface ModelsResult {
  models: readonly Model[];
  isLoading: boolean;
  hasNextPage: boolean;
  /** Adds the next page to `models`. */
  loadMore(): void;
  /** Reads the list again from its beginning. */
  refetch(): void;
  /** The error of the last request. */
  error: FlairError | undefined;
}
