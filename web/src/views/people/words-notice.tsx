// That the twelve words are not written down yet, where a circle begins; it can be left for later.

import { type ReactNode, useState } from 'react'
import { openDialog } from '../../app/dialogs.ts'
import { me } from '../../store/people.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'

export function WordsNotice(): ReactNode {
  const { value } = useKept(me)
  const [later, setLater] = useState(false)
  if (value?.words !== 'unwritten' || later) return null
  return (
    <section className="words-notice" aria-label={t('words.title')}>
      <p>{t('words.lead')}</p>
      <div className="people-all-do">
        <Button look="primary" onPress={() => void openDialog('words', {})}>
          {t('words.show')}
        </Button>
        <Button onPress={() => setLater(true)}>{t('words.later')}</Button>
      </div>
      <p className="soft">{t('words.laterMeans')}</p>
    </section>
  )
}
