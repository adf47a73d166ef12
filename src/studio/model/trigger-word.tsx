import { copyText } from '../copy/clipboard.ts';
import { notify } from '../ui/notices.tsx';

/** The word that activates a model; a click copies it. */
export function TriggerWord({ word }: { word: string }) {
  const copy = async () => {
    const isCopied = await copyText(word, document.body);
    notify(isCopied ? `Copied ${word}.` : 'The browser does not allow copying here.', isCopied ? 'done' : 'failed');
  };
  return (
    <button type="button" className="trigger" aria-label={`Copy the trigger word ${word}`} onClick={copy}>
      {word}
    </button>
  );
}
