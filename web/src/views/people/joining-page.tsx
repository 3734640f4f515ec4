// A circle on its way to be joined: its steps, and why it waits. Once in, the first room is shown.

import { type ReactNode, useEffect } from 'react'
import type { Joining } from '../../../../src/api/schemas/circles.ts'
import { go } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { circles } from '../../store/people.ts'
import { toast } from '../../store/toasts.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Moment } from '../../ui/moment.tsx'
import { codedSentence } from './coded-sentence.ts'
import { suggest } from './draft.ts'
import { PageHead } from './page-head.tsx'
import { addressOf } from './place.ts'
import { WordsNotice } from './words-notice.tsx'

const STEPS = ['looking', 'asking', 'receiving'] as const

export function JoiningPage({ id }: { readonly id: string }): ReactNode {
  const { value } = useKept(circles)
  const joining = value?.joining.find((one) => one.id === id)
  const joined = value?.circles.find((one) => one.id === joining?.circle)
  const room = joined?.rooms[0]
  const there = joining?.step === 'joined' && joined !== undefined && room !== undefined
  useEffect(() => {
    if (!there) return
    const conversation = `room:${joined.id}:${room.id}`
    suggest(conversation, t('talk.hello'))
    go(addressOf({ kind: 'conversation', id: conversation }), 'replace')
  }, [there, joined, room])
  if (value === undefined) return <p role="status">{t('people.loading')}</p>
  if (joining === undefined) {
    return (
      <div className="view">
        <PageHead>{t('joining.titleUnnamed')}</PageHead>
        <p>{t('joining.gone')}</p>
      </div>
    )
  }
  const giveUp = async (): Promise<void> => {
    if ((await attempt(() => call('endJoining', { id }))) === undefined) return
    circles.changed()
    toast(t('joining.gaveUp'))
    go(addressOf({ kind: 'all' }))
  }
  return (
    <div className="view">
      <PageHead>
        <ForeignText
          text={joining.name === null ? t('joining.titleUnnamed') : t('joining.title', joining.name)}
        />
      </PageHead>
      <p className="view-lead" role="status">
        {sentenceOf(joining)}
      </p>
      {joining.problem !== null && (
        <p className="people-careful">
          <ForeignText text={codedSentence(joining.problem)} />
        </p>
      )}
      {joining.step !== 'failed' && <Steps joining={joining} />}
      <p className="soft">
        {t('joining.since')} <Moment at={joining.since} />
      </p>
      {joining.step !== 'joined' && (
        <div>
          <Button onPress={() => void giveUp()}>{t('joining.giveUp')}</Button>
        </div>
      )}
      <WordsNotice />
    </div>
  )
}

function sentenceOf({ step, membersFound }: Joining): string {
  switch (step) {
    case 'looking':
      return membersFound === 0 ? t('joining.nobody') : t('joining.lead', t('joining.found', membersFound))
    case 'asking':
      return t('joining.lead', `${t('joining.found', membersFound)}, ${t('joining.asking')}`)
    case 'waiting-approval':
      return t('joining.approval')
    case 'receiving-history':
      return t('joining.lead', t('joining.receiving'))
    case 'joined':
      return t('joining.joined')
    case 'failed':
      return t('joining.failed')
  }
}

const AT: Readonly<Record<Joining['step'], number>> = {
  looking: 0,
  asking: 1,
  'waiting-approval': 1,
  'receiving-history': 2,
  joined: 3,
  failed: 0,
}

function Steps({ joining: { step, membersFound } }: { readonly joining: Joining }): ReactNode {
  const at = AT[step]
  return (
    <ol className="joining-steps" aria-label={t('joining.steps')}>
      {STEPS.map((name, index) => (
        <li
          key={name}
          className={index < at ? 'joining-done' : index === at ? 'joining-now' : 'joining-next'}
          aria-current={index === at ? 'step' : undefined}
        >
          <span className="joining-mark" aria-hidden="true">
            {index < at ? <Icon name="check" /> : index + 1}
          </span>
          <span>
            {t(`joining.step.${name}`)}{' '}
            <span className="soft">
              {name === 'looking' && membersFound > 0
                ? t('joining.found', membersFound)
                : t(index < at ? 'joining.done' : index === at ? 'joining.now' : 'joining.next')}
            </span>
          </span>
        </li>
      ))}
    </ol>
  )
}
