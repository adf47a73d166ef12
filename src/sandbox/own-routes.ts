import { ApiError } from './api-error.ts';
import type { SandboxContext } from './context.ts';
import { imageResponse } from './data-items.ts';
import { FaultSyntaxError } from './fault-syntax.ts';
import type { Faults } from './faults.ts';
import { imageAt, OWN_PREFIX } from './image-paths.ts';
import type { ReadPredictionImage } from './prediction-images.ts';
import { readBody } from './request-body.ts';

/** Routes of the sandbox in addition to the vendor's API. */
export interface OwnRoutes {
  /** Serves an image by its signed URL, without an API key. */
  image(request: Request, url: URL): Promise<Response>;
  /** Reads (`GET`) or replaces (`PUT`) the faults as text; requires an API key. */
  faults(request: Request): Promise<Response>;
}

const FAULTS_PATH = `${OWN_PREFIX}/faults`;
const FAULTS_METHODS = ['GET', 'PUT'];
/** Maximum size of a list of faults, in bytes. */
const FAULTS_LIMIT = 65_536;

/** True for the path of the fault configuration. */
export const isFaultsPath = (pathname: string) => pathname === FAULTS_PATH;

/** Creates the sandbox's own routes. */
export function createOwnRoutes(context: SandboxContext, readImage: ReadPredictionImage, faults: Faults): OwnRoutes {
  const { database, images, urls } = context;

  const dataItemImage = async (dataId: string) => {
    const row = database.get<{ imageId: string }>('SELECT picture AS imageId FROM dataItems WHERE id = ?', dataId);
    if (!row) throw new ApiError(404, 'The image of this URL was deleted.');
    return images.read(row.imageId);
  };

  return {
    image: async (request, url) => {
      if (request.method !== 'GET') throw methodNotAllowedError(request, ['GET']);
      const image = imageAt(url.pathname);
      if (!image) throw unknownPathError(url);
      urls.verify(url);
      return imageResponse(
        image.kind === 'data' ? await dataItemImage(image.dataId) : await readImage(image.predictionId, image.position),
      );
    },
    faults: async (request) => {
      if (!FAULTS_METHODS.includes(request.method)) throw methodNotAllowedError(request, FAULTS_METHODS);
      if (request.method === 'PUT') {
        try {
          faults.text = new TextDecoder().decode(await readBody(request, FAULTS_LIMIT));
        } catch (error) {
          throw error instanceof FaultSyntaxError ? new ApiError(400, error.message) : error;
        }
      }
      return new Response(faults.text, { headers: { 'content-type': 'text/plain; charset=utf-8' } });
    },
  };
}

/** The 404 error for an unknown path. */
export const unknownPathError = ({ pathname }: URL) => new ApiError(404, `There is nothing at ${pathname}.`);

/** The 405 error for a method that a path does not support. */
export function methodNotAllowedError({ method }: Request, allowed: readonly string[]): ApiError {
  const list = allowed.join(', ');
  return new ApiError(405, `The method must be ${list} here, but is ${method}.`, { allow: list });
}
