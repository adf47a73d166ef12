import { createSemaphore, maxPerOwner, type Semaphore } from '../util/semaphore.ts';

/** An image in memory. */
interface InMemory {
  readonly bytes: Buffer;
}

/** An image in memory that counts against the budget until it is released. */
export interface HeldImage<Image> {
  readonly image: Image;
  /** Releases the image after it was sent. Further calls do nothing. */
  readonly release: () => void;
}

/** Share of the budget for one image, and the number of responses that send it. */
interface Reservation {
  users: number;
  readonly release: () => void;
}

/**
 * Memory budget for images that are being sent, shared fairly between owners. A slow client keeps an image in memory
 * for as long as it reads, even if the cache has evicted it.
 */
export class SendBudget {
  readonly #memory: Semaphore;
  readonly #each: number;
  readonly #held = new Map<Buffer, Reservation>();

  /** @param total Size of the budget, in bytes. An image that exceeds the share of one owner counts as that share. */
  constructor(total: number) {
    this.#each = maxPerOwner(total);
    this.#memory = createSemaphore({ total, perOwner: this.#each });
  }

  /**
   * Gets an image and reserves memory for it. An image that is sent by several responses counts once. If the budget is
   * exhausted, it discards the image, waits for memory and gets the image again.
   *
   * @throws The error of `get`; the signal's reason.
   */
  async acquire<Image extends InMemory>(
    owner: string,
    signal: AbortSignal,
    get: () => Promise<Image>,
  ): Promise<HeldImage<Image>> {
    for (;;) {
      const found = await this.#try(owner, get);
      if (typeof found !== 'number') return found;
      const release = await this.#memory.acquire(owner, signal, found);
      const again = await get().catch((error: unknown) => {
        release();
        throw error;
      });
      if (!this.#held.has(again.bytes) && this.#costOf(again) === found) return this.#hold(again, release);
      release();
    }
  }

  /** The image if it fits in the budget at present; otherwise its size against the budget, in bytes. */
  async #try<Image extends InMemory>(owner: string, get: () => Promise<Image>): Promise<HeldImage<Image> | number> {
    const image = await get();
    const reservation = this.#held.get(image.bytes);
    if (reservation) return this.#join(image, reservation);
    const cost = this.#costOf(image);
    const release = this.#memory.tryAcquire(owner, cost);
    return release ? this.#hold(image, release) : cost;
  }

  #costOf({ bytes }: InMemory): number {
    return Math.min(bytes.byteLength, this.#each);
  }

  #hold<Image extends InMemory>(image: Image, release: () => void): HeldImage<Image> {
    const reservation = { users: 0, release };
    this.#held.set(image.bytes, reservation);
    return this.#join(image, reservation);
  }

  #join<Image extends InMemory>(image: Image, reservation: Reservation): HeldImage<Image> {
    reservation.users++;
    let isReleased = false;
    return {
      image,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        if (--reservation.users > 0) return;
        this.#held.delete(image.bytes);
        reservation.release();
      },
    };
  }
}
