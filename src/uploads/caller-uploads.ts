import type { Caller } from '../auth/caller.ts';
import { requireFullAccess } from '../auth/scope.ts';
import type { UploadedFile } from '../images/validate-upload.ts';
import type { UploadTarget } from './ticket.ts';
import type { Tickets } from './tickets.ts';
import type { UploadReader } from './upload-reader.ts';

/** The parts of the gateway that {@link CallerUploads} binds to a caller. */
export interface UploadServices {
  readonly uploadReader: UploadReader;
  readonly tickets: Tickets;
}

/** The image uploads of one caller. */
export class CallerUploads {
  readonly #services: UploadServices;
  readonly #caller: Pick<Caller, 'credential' | 'baseUrl' | 'scope'>;

  constructor(services: UploadServices, caller: Pick<Caller, 'credential' | 'baseUrl' | 'scope'>) {
    this.#services = services;
    this.#caller = caller;
  }

  /**
   * Reads and validates an uploaded file. The number of files in memory is limited; further ones wait.
   *
   * @param use Receives the bytes of the file, which are in memory until it settles.
   * @throws InvalidImageError if the file is not an image that the upstream accepts; the error of `use`.
   */
  withBytes<Result>(file: UploadedFile, use: (bytes: Uint8Array) => Promise<Result>): Promise<Result> {
    return this.#services.uploadReader.withBytes(this.#caller.credential().apiKey, file, use);
  }

  /** Issues a signed URL for uploading one image. @throws GraphQLError FORBIDDEN if the caller has only a watch token. */
  issueTicket(target: UploadTarget): { url: string; expiresAt: Date } {
    requireFullAccess(this.#caller);
    return this.#services.tickets.issue(this.#caller.baseUrl, this.#caller.credential().apiKey, target);
  }
}
