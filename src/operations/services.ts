import type { Credential } from '../auth/credential.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import type { ImageFacts } from '../images/inspect.ts';
import type { ImageSource, ImageSubject } from '../images/source.ts';
import type { UploadedFile } from '../images/validate-upload.ts';
import type { Variant } from '../images/variant.ts';
import type { JobWatcher } from '../job-watching/job-watcher.ts';
import type { JobEvent } from '../jobs/watch.ts';
import type { UploadTarget } from '../uploads/ticket.ts';
import type { Start } from '../upstream/client.ts';
import type { JobRow } from '../upstream/jobs.ts';
import type { PredictionRow } from '../upstream/predictions.ts';
import type { Upstream } from '../upstream/upstream.ts';

export type { JobRow };
/** What tells a job apart: a training's key holds its model. */
export type JobKey = { kind: 'Training'; modelId: string; id: string } | { kind: 'Prediction'; id: string };
/** What can be watched: a job, or the trainings of a model. */
export type WatchedKey = JobKey | { kind: 'Model'; id: string };
export type JobUpdate = JobEvent<JobRow, WatchedKey>;

/** What the gateway offers to every operation. */
export interface Services {
  /** How many upstream requests one operation, or one event of a subscription, may take. */
  readonly requestLimit: number;
  /** The REST API for a caller. @param start When its writes may begin. */
  upstreamOf(credential: Credential, start?: Start): Upstream;
  /** What is another number after every write of a caller: what was read before is not shown to who asks afterwards. */
  generationOf(credential: Credential): number;
  watching: JobWatcher;
  idempotency: Idempotency;
  /** Takes a file in and hands its bytes on. A few are held in memory at once; callers take turns. */
  validateUpload<Result>(
    credential: Credential,
    file: UploadedFile,
    use: (bytes: Uint8Array) => Promise<Result>,
  ): Promise<Result>;
  /** A token that shows these jobs of a credential. */
  watchToken(credential: Credential, jobs: readonly JobKey[], seconds: number): { token: string; expiresAt: Date };
  /** A new address to which this caller, or whoever is given it, sends one picture. */
  uploadTicket(baseUrl: string, credential: Credential, target: UploadTarget): { url: string; expiresAt: Date };
  /** Absolute address of an image for this caller, in this width and format. */
  imageUrl(baseUrl: string, credential: Credential, source: ImageSource, variant: Variant): string;
  /** What an image's bytes say of it. */
  inspectImage(credential: Credential, source: ImageSource, signal: AbortSignal | undefined): Promise<ImageFacts>;
  /** A tiny copy of an image as a `data:` URL. */
  imagePlaceholder(credential: Credential, source: ImageSource, signal: AbortSignal | undefined): Promise<string>;
  /** Something with images was replaced or deleted. */
  imagesChanged(credential: Credential, subject: ImageSubject): void;
  /** The images of a prediction are shown, of which this is known. */
  imagesShown(credential: Credential, row: PredictionRow): void;
}
