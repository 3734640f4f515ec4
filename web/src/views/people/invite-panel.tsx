// Inviting into a circle: link, QR, for how long and how many, in one panel; and the invites that still work.

import { type ReactNode, useCallback, useState } from 'react'
import type { CircleDetails, Invite } from '../../../../src/api/schemas/circles.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { CopyLine } from '../../ui/copy-line.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { Field, SelectBox, TickBox } from '../../ui/field.tsx'
import { Moment } from '../../ui/moment.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { Section } from '../section.tsx'
import { LinkQr } from './link-qr.tsx'

const HOUR = 3_600
const EXPIRIES = [
  ['hour', HOUR],
  ['day', 24 * HOUR],
  ['threeDays', 72 * HOUR],
  ['week', 168 * HOUR],
  ['month', 720 * HOUR],
] as const
type Expiry = (typeof EXPIRIES)[number][0]

const USES = ['1', '5', '20', '100', '500'] as const
/** Members online come and go. */
const BEAT_MS = 15_000

export function InvitePanel({ circle: { id } }: { readonly circle: CircleDetails }): ReactNode {
  const [role, setRole] = useState<Invite['role']>('member')
  const [uses, setUses] = useState<(typeof USES)[number]>('1')
  const [expiry, setExpiry] = useState<Expiry>('threeDays')
  const [approval, setApproval] = useState(false)
  const [made, setMade] = useState<Invite>()
  const { value, error, again } = useLoaded(
    useCallback(() => call('invites', { id }), [id]),
    BEAT_MS,
  )
  const make = async (): Promise<void> => {
    const expiresInSeconds = EXPIRIES.find(([name]) => name === expiry)?.[1] ?? 72 * HOUR
    const invite = await attempt(() =>
      call('newInvite', { id, role, uses: Number(uses), expiresInSeconds, approval }),
    )
    if (invite === undefined) return
    setMade(invite)
    again()
  }
  const live = value?.invites.filter(({ revoked }) => !revoked) ?? []
  return (
    <Section title={t('circle.page.invite')}>
      {made?.link != null && <Made invite={made} link={made.link} />}
      <div className="invite-choices">
        <Field label={t('invite.for')}>
          {(wiring) => (
            <SelectBox
              wiring={wiring}
              value={role}
              options={(['member', 'keeper'] as const).map((one) => ({
                value: one,
                name: t(`invite.role.${one}`),
              }))}
              onChange={setRole}
            />
          )}
        </Field>
        <Field label={t('invite.uses')}>
          {(wiring) => (
            <SelectBox
              wiring={wiring}
              value={uses}
              options={USES.map((one) => ({ value: one, name: one }))}
              onChange={setUses}
            />
          )}
        </Field>
        <Field label={t('invite.expires')}>
          {(wiring) => (
            <SelectBox
              wiring={wiring}
              value={expiry}
              options={EXPIRIES.map(([one]) => ({ value: one, name: t(`invite.expires.${one}`) }))}
              onChange={setExpiry}
            />
          )}
        </Field>
      </div>
      <TickBox on={approval} onChange={setApproval}>
        {t('invite.approval')}
      </TickBox>
      <div>
        <Button icon="link" look={made === undefined ? 'primary' : 'plain'} onPress={() => void make()}>
          {t('invite.make')}
        </Button>
      </div>
      <p className="soft">{t('invite.somebody')}</p>
      {error !== undefined && <ErrorSentence error={error} />}
      {live.length > 0 && (
        <>
          <h3>{t('invite.list')}</h3>
          <ul className="settings-list">
            {live.map((invite) => (
              <li key={invite.id}>
                <InviteRow
                  circle={id}
                  invite={invite}
                  onEnded={() => {
                    if (made?.id === invite.id) setMade(undefined)
                    again()
                  }}
                />
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  )
}

function Made({ invite, link }: { readonly invite: Invite; readonly link: string }): ReactNode {
  return (
    <div className="invite-made">
      <CopyLine key={invite.id} label={t('invite.link')} text={link} autoFocus />
      <p className="soft">{t('invite.once')}</p>
      <LinkQr link={link} label={t('invite.qr')} />
      <p>{t('invite.admitters', invite.admittersOnline)}</p>
    </div>
  )
}

function InviteRow({
  circle,
  invite,
  onEnded,
}: {
  readonly circle: string
  readonly invite: Invite
  readonly onEnded: () => void
}): ReactNode {
  const { id, role, used, uses, expiresAt, approval } = invite
  const what = t(`invite.role.${role}`)
  const end = async (): Promise<void> => {
    if ((await attempt(() => call('revokeInvite', { id: circle, invite: id }))) === undefined) return
    toast(t('invite.revoked'))
    onEnded()
  }
  return (
    <div className="people-row">
      <span className="people-row-text">
        {what} · {t('invite.used', used, uses)} · {t('invite.until')} <Moment at={expiresAt} />
        {approval && ` · ${t('invite.withApproval')}`}
      </span>
      <Button aria-label={t('invite.revokeOf', what)} onPress={() => void end()}>
        {t('invite.revoke')}
      </Button>
    </div>
  )
}
