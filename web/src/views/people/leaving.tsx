// Leaving a circle: handed over first by its last owner, taken back for ten seconds; what was received is deleted only after a question.

import { type ReactNode, useState } from 'react'
import type { CircleDetails } from '../../../../src/api/schemas/circles.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { openDialog } from '../../app/dialogs.ts'
import { go } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { deferred } from '../../store/deferred.ts'
import { circles } from '../../store/people.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { Field, SelectBox, TickBox } from '../../ui/field.tsx'
import { Section } from '../section.tsx'
import { calledName, useKnown } from './names.ts'
import { addressOf } from './place.ts'

interface Props {
  readonly circle: CircleDetails
  readonly onChanged: () => void
}

export function Leaving({ circle, onChanged }: Props): ReactNode {
  const { id, name, role } = circle
  const [forget, setForget] = useState(role === null)
  const leave = async (): Promise<void> => {
    const end = async (): Promise<void> => {
      await call('leaveCircle', { id, ...(forget ? { forget: 'true' } : {}) })
      circles.changed()
      go(addressOf({ kind: 'all' }))
    }
    if (!forget) {
      deferred(t('leave.leaving', visible(name)), end)
      return
    }
    if ((await openDialog('leaveCircle', { name: visible(name) })) === true) await attempt(end)
  }
  return (
    <Section title={t('circle.page.leave')}>
      <p className="soft">{t(role === null ? 'circle.page.left' : 'leave.means')}</p>
      {role === 'owner' && <HandOver circle={circle} onChanged={onChanged} />}
      {role !== null && (
        <TickBox on={forget} onChange={setForget}>
          {t('leave.forget')}
        </TickBox>
      )}
      <div>
        <Button look="danger" onPress={() => void leave()}>
          {t(forget ? 'leave.doDelete' : 'leave.do')}
        </Button>
      </div>
    </Section>
  )
}

function HandOver({ circle: { id, people }, onChanged }: Props): ReactNode {
  const known = useKnown()
  const others = people.filter(({ me, role }) => !me && (role === 'member' || role === 'moderator'))
  const [chosen, setChosen] = useState<string>()
  const to = others.find(({ person }) => person === chosen) ?? others[0]
  const owners = people.filter(({ role }) => role === 'owner').length
  if (owners > 1 || to === undefined) return null
  const hand = async (): Promise<void> => {
    const answer = await attempt(() => call('setRole', { id, person: to.person, role: 'owner' }))
    if (answer === undefined) return
    toast(t('members.roleSet', visible(to.name), t('members.role.owner')))
    onChanged()
  }
  return (
    <>
      <p>{t('leave.owner')}</p>
      <div className="people-inline">
        <Field label={t('leave.handOver')}>
          {(wiring) => (
            <SelectBox
              wiring={wiring}
              value={to.person}
              options={others.map(({ person, name }) => ({
                value: person,
                name: visible(calledName(known, person, name)),
              }))}
              onChange={setChosen}
            />
          )}
        </Field>
        <Button onPress={() => void hand()}>{t('leave.handOverDo')}</Button>
      </div>
    </>
  )
}
