/**
 * Copies a text. Without the clipboard API, which browsers offer to secure pages only, it selects the text in a field.
 *
 * @param place The element that receives the field: inside a modal dialog, fields outside of it cannot be selected.
 * @returns True if the text was copied.
 */
export async function copyText(text: string, place: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.className = 'visually-hidden';
    field.value = text;
    place.append(field);
    field.select();
    const isCopied = document.execCommand('copy');
    field.remove();
    return isCopied;
  }
}
