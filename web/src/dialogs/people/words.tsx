// The twelve words, to be written down. They are asked for when they are shown, and kept nowhere on the page.

import { type ReactNode, useCallback } from 'react'
import type { DialogProps } from '../../app/dialogs.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { me } from '../../store/people.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import '../../views/people/people.css'

export function WordsDialog({ close }: DialogProps<'words'>): ReactNode {
  return <Words close={() => close()} />
}

export function Words({ close }: { readonly close: () => void }): ReactNode {
  const { value, error } = useLoaded(useCallback(() => call('myWords', {}), []))
  const written = async (): Promise<void> => {
    const answer = await attempt(() => call('changeMe', { wordsWritten: true }))
    if (answer === undefined) return
    me.put(answer)
    toast(t('words.thanks'))
    close()
  }
  return (
    <Dialog
      title={t('words.title')}
      close={close}
      actions={
        <>
          <Button onPress={close}>{t('words.later')}</Button>
          <Button look="primary" icon="check" isDisabled={value === undefined} onPress={() => void written()}>
            {t('words.written')}
          </Button>
        </>
      }
    >
      <p>{t('words.lead')}</p>
      {error !== undefined && <ErrorSentence error={error} />}
      {value !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: on a small screen they are scrolled through by keys
        <ol className="word-list" aria-label={t('words.title')} tabIndex={0}>
          {value.words.map((word, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a word may come twice
            <li key={index}>{word}</li>
          ))}
        </ol>
      )}
      <p className="soft">
        {t('words.means')} {t('words.laterMeans')}
      </p>
    </Dialog>
  )
}
