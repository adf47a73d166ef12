import type { OperationObserver, Result } from './types.ts';

/** The panels below GraphiQL, each hidden while it is empty. */
export interface Panels extends OperationObserver {
  /** Shows a field for each path at which the variables contain files. */
  showFileFields(paths: readonly string[][]): void;
  /** Returns the chosen file that a text in the variables stands for. */
  fileOf(text: string): File | undefined;
}

/** Fields of a job that an event may contain. */
interface JobFields {
  id?: string;
  status?: string;
  progress?: { fraction?: number | null };
}

export interface PanelOptions {
  /** Writes the names of the chosen files into the variables, one text for each. */
  onChoose: (path: readonly string[], texts: readonly string[]) => void;
}

/** Creates the panels: files for the variables, images in responses, and events of subscriptions. */
export function createPanels({ onChoose }: PanelOptions): Panels {
  const MAX_EVENTS = 200;
  const MAX_IMAGES = 12;
  const files = new Map<string, File>();
  const parts = { files: panel('files'), images: panel('images'), events: panel('events') };
  let shownPaths = '';
  part(parts.events, 'button').addEventListener('click', () => {
    list(parts.events).replaceChildren();
    parts.events.hidden = true;
  });

  function panel(name: string): HTMLElement {
    return document.getElementById(`panel-${name}`) as HTMLElement;
  }
  function part(parent: HTMLElement, selector: string): HTMLElement {
    return parent.querySelector(selector) as HTMLElement;
  }
  function list(parent: HTMLElement): HTMLElement {
    return part(parent, '.panel-content');
  }
  function element<Name extends keyof HTMLElementTagNameMap>(name: Name, text = '', className = '') {
    const created = document.createElement(name);
    created.textContent = text;
    if (className) created.className = className;
    return created;
  }

  function fileField(path: readonly string[]): HTMLElement {
    const label = element('label', '', 'file-field');
    const input = element('input');
    input.type = 'file';
    input.accept = 'image/webp,image/png,image/jpeg';
    input.multiple = path.includes('*');
    input.addEventListener('change', () => {
      const texts = [...(input.files ?? [])].map((file) => {
        const text = `<file ${files.size + 1}: ${file.name}>`;
        files.set(text, file);
        return text;
      });
      if (texts.length > 0) onChoose(path, texts);
    });
    label.append(element('span', path.filter((name) => name !== '*').join('.')), input);
    return label;
  }

  /** The URLs of images in a response: those of this gateway, which may have another origin than the page. */
  function imageUrls(value: unknown, found = new Set<string>()): Set<string> {
    if (typeof value === 'string' && /^https?:\/\/[^?#]*\/images\/\S+$/.test(value)) found.add(value);
    else if (typeof value === 'object' && value !== null) {
      for (const item of Object.values(value)) imageUrls(item, found);
    }
    return found;
  }

  function showImages({ data }: Result): void {
    const images = [...imageUrls(data)].slice(0, MAX_IMAGES).map((url, index) => {
      const link = element('a');
      link.href = url;
      link.target = '_blank';
      link.rel = 'noreferrer';
      const image = element('img');
      image.src = url;
      image.alt = `Image ${index + 1}`;
      image.loading = 'lazy';
      link.append(image);
      return link;
    });
    list(parts.images).replaceChildren(...images);
    parts.images.hidden = images.length === 0;
  }

  /** Describes a result in a few words: the state of its job and the end of its id, or the codes of its errors. */
  function describe({ data, errors }: Result): string {
    const words = (errors ?? []).map(({ message, extensions }) => extensions?.code ?? message);
    for (const value of Object.values((data ?? {}) as Record<string, unknown>)) {
      const { id, status, progress } = (value ?? {}) as JobFields;
      const fraction = progress?.fraction;
      if (status) words.push(typeof fraction === 'number' ? `${status} ${Math.round(fraction * 100)} %` : status);
      if (status && id) words.push(`…${id.slice(-6)}`);
    }
    return words.join(', ') || 'event';
  }

  /** Adds an entry to the list: an event with its result, or a change of the connection. */
  function addEvent(name: string, startedAt: number, text: string, result?: Result): void {
    const now = new Date();
    const entry = element('li', '', result ? '' : 'connection-change');
    const time = element('time', now.toTimeString().slice(0, 8));
    time.dateTime = now.toISOString();
    const offset = element('span', `+${((performance.now() - startedAt) / 1_000).toFixed(1)} s`, 'event-offset');
    const line = element(result ? 'summary' : 'p');
    line.append(time, offset, element('b', name), element('span', text));
    if (!result) entry.append(line);
    else {
      const details = element('details');
      details.append(line, element('pre', JSON.stringify(result, null, 2)));
      entry.append(details);
    }
    const entries = list(parts.events);
    entries.prepend(entry);
    while (entries.childElementCount > MAX_EVENTS) entries.lastElementChild?.remove();
    if (!parts.events.hidden) return;
    parts.events.hidden = false;
    // On a phone, it is below the response.
    parts.events.scrollIntoView({ block: 'nearest' });
  }

  return {
    fileOf: (text) => files.get(text),
    showFileFields(paths) {
      const key = JSON.stringify(paths);
      if (key === shownPaths) return;
      shownPaths = key;
      list(parts.files).replaceChildren(...paths.map(fileField));
      parts.files.hidden = paths.length === 0;
    },
    onStart({ operationName }, isSubscription) {
      const startedAt = performance.now();
      const name = operationName || 'subscription';
      // On a phone, the response is below the editors.
      document.querySelector('.graphiql-response')?.scrollIntoView({ block: 'nearest' });
      return {
        onResult(result) {
          showImages(result);
          if (isSubscription) addEvent(name, startedAt, describe(result), result);
        },
        onConnection: (message) => addEvent(name, startedAt, message),
      };
    },
  };
}
