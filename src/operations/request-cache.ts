import type { ImageFacts } from '../images/inspect.ts';
import type { ImageSource } from '../images/source.ts';
import { Loaders, type RequestBudget } from '../loaders/loaders.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { AbortScope } from '../util/cancellation.ts';

/** Maximum number of upstream pages scanned per response for `Model.predictions`. */
const MAX_PREDICTION_PAGES = 5;

/** Maximum number of upstream requests to read an image: for its location, and for its bytes. */
const MAX_IMAGE_REQUESTS = 2;

/** Reads images for a response. */
export interface ImageReader {
  facts(source: ImageSource): Promise<ImageFacts>;
  placeholder(source: ImageSource): Promise<string>;
}

/** Cache of the reads of one operation, or of one event of a subscription for all its listeners. */
export class RequestCache {
  readonly loaders: Loaders;
  readonly #images: ImageReader;
  readonly #budget: RequestBudget;
  // Created on first use, which is rare.
  #facts: Map<string, Promise<ImageFacts>> | undefined;
  #placeholders: Map<string, Promise<string>> | undefined;
  #predictionPages: Set<string | undefined> | undefined;

  constructor(
    upstream: Upstream,
    images: ImageReader,
    caller: AbortSignal | AbortScope | undefined,
    budget: RequestBudget,
  ) {
    this.loaders = new Loaders(upstream, caller, budget);
    this.#images = images;
    this.#budget = budget;
  }

  /** Media type, size and dimensions of an image; read once. */
  imageFacts(source: ImageSource): Promise<ImageFacts> {
    const name = JSON.stringify(source);
    this.#facts ??= new Map();
    const facts = this.#facts.get(name) ?? this.#countImage() ?? this.#images.facts(source);
    this.#facts.set(name, facts);
    return facts;
  }

  /** Tiny copy of an image as a `data:` URL; created once. */
  imagePlaceholder(source: ImageSource): Promise<string> {
    const name = JSON.stringify(source);
    this.#placeholders ??= new Map();
    const placeholder = this.#placeholders.get(name) ?? this.#countImage() ?? this.#images.placeholder(source);
    this.#placeholders.set(name, placeholder);
    return placeholder;
  }

  /** True if the page of predictions after this item may be scanned. A page that was read before is free. */
  mayReadPredictionPage(lastDocId: string | undefined): boolean {
    this.#predictionPages ??= new Set();
    if (!this.#predictionPages.has(lastDocId) && this.#predictionPages.size >= MAX_PREDICTION_PAGES) return false;
    this.#predictionPages.add(lastDocId);
    return true;
  }

  /** Counts the read of an image, even if it is served from a cache. @returns A rejection if the budget is exceeded. */
  #countImage(): Promise<never> | undefined {
    const error = this.#budget.spend(MAX_IMAGE_REQUESTS);
    return error && Promise.reject(error);
  }
}
