/** Limits the pages of one list that the fields of a response scan together. */
export class PageScan {
  readonly #pages = new Set<string | undefined>();

  /**
   * True if the page after this item may be read. A page that was read before is free.
   *
   * @param max Maximum number of pages.
   */
  mayRead(lastDocId: string | undefined, max: number): boolean {
    if (!this.#pages.has(lastDocId) && this.#pages.size >= max) return false;
    this.#pages.add(lastDocId);
    return true;
  }
}
