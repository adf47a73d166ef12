import type { Credential } from '../auth/credential.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import type { ImageFacts } from '../images/inspect.ts';
import type { ImageSource, ImageSubject } from '../images/source.ts';
import type { UploadedFile } from '../images/validate-upload.ts';
import type { Variant } from '../images/variant.ts';
import type { JobWatcher } from '../job-watching/job-watcher.ts';
import type { UploadTarget } from '../uploads/ticket.ts';
import type { Start } from '../upstream/client.ts';
import type { JobKey } from '../upstream/jobs.ts';
import type { PredictionRow } from '../upstream/predictions.ts';
import type { Upstream } from '../upstream/upstream.ts';

/** Services of the gateway for every operation. */
export interface Services {
  /** Maximum number of upstream requests of one operation, or of one event of a subscription. */
  readonly requestLimit: number;
  /** The upstream API with a credential. @param start Deadline for starting a write. */
  upstreamOf(credential: Credential, start?: Start): Upstream;
  /**
   * Generation of a credential's reads: changes after each write, so that no query joins one that started before it.
   */
  generationOf(credential: Credential): number;
  jobWatcher: JobWatcher;
  idempotency: Idempotency;
  /**
   * Validates an uploaded file and passes its bytes on. The number of files in memory is limited; credentials
   * alternate.
   */
  validateUpload<Result>(
    credential: Credential,
    file: UploadedFile,
    use: (bytes: Uint8Array) => Promise<Result>,
  ): Promise<Result>;
  /** Creates a token that grants access to these jobs of a credential. */
  watchToken(credential: Credential, jobs: readonly JobKey[], seconds: number): { token: string; expiresAt: Date };
  /** Creates a signed URL for uploading one image. */
  uploadTicket(baseUrl: string, credential: Credential, target: UploadTarget): { url: string; expiresAt: Date };
  /** Signed URL of an image with the given width and format. */
  imageUrl(baseUrl: string, credential: Credential, source: ImageSource, variant: Variant): string;
  /** Reads the media type, size and dimensions of an image from its bytes. */
  inspectImage(credential: Credential, source: ImageSource, signal: AbortSignal | undefined): Promise<ImageFacts>;
  /** Creates a tiny copy of an image as a `data:` URL. */
  imagePlaceholder(credential: Credential, source: ImageSource, signal: AbortSignal | undefined): Promise<string>;
  /** Evicts cached images after the object that contains them was replaced or deleted. */
  evictImages(credential: Credential, subject: ImageSubject): void;
  /** Caches the locations of a prediction's images. */
  rememberImages(credential: Credential, row: PredictionRow): void;
}
