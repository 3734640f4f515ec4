// Six words that both see alike if nobody stands between them.

import { type ReactNode, useState } from 'react'
import type { Person } from '../../../../src/api/schemas/people.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { Section } from '../section.tsx'

export function CompareWords({
  person: { id, verified },
  onChange,
}: {
  readonly person: Person
  readonly onChange: (verified: boolean) => void
}): ReactNode {
  const [words, setWords] = useState<readonly string[]>()
  const [differ, setDiffer] = useState(false)
  const show = async (): Promise<void> => {
    const answer = await attempt(() => call('comparisonWords', { id }))
    setWords(answer?.words)
    setDiffer(false)
  }
  const say = (same: boolean): void => {
    setDiffer(!same)
    if (same) setWords(undefined)
    if (same !== verified) onChange(same)
  }
  return (
    <Section title={t('person.compare')}>
      {verified && (
        <p className="people-good">
          <Icon name="check" /> {t('person.verifiedNow')}{' '}
          <TextButton onPress={() => onChange(false)}>{t('person.unverify')}</TextButton>
        </p>
      )}
      {words === undefined ? (
        <div>
          <Button onPress={() => void show()}>{t('person.compare')}</Button>
        </div>
      ) : (
        <>
          <p className="soft">{t('person.compareMeans')}</p>
          <ol className="word-list word-list-six">
            {words.map((word, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a word may come twice
              <li key={index}>{word}</li>
            ))}
          </ol>
          <div className="people-all-do">
            <Button look="primary" icon="check" onPress={() => say(true)}>
              {t('person.same')}
            </Button>
            <Button onPress={() => say(false)}>{t('person.different')}</Button>
          </div>
        </>
      )}
      {differ && (
        <p className="people-careful" role="alert">
          {t('person.differentMeans')}
        </p>
      )}
    </Section>
  )
}
