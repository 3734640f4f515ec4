// One share in the library: its facts in a line, and behind a button its link, its page for phones and who can get it.

import { type ReactNode, useId, useState } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { Audience } from '../../../../src/api/schemas/primitives.ts'
import type { ShareFacts } from '../../../../src/api/schemas/share.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { openDialog } from '../../app/dialogs.ts'
import { widens } from '../../dialogs/share/share-plan.ts'
import { liveSentence, SharedPanel, stopShare } from '../../dialogs/share/shared-panel.tsx'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { AudienceChoice } from '../../ui/audience-choice.tsx'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy-line.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'

interface Props {
  readonly facts: ShareFacts
  readonly onChanged: () => void
}

export function ShareCard({ facts, onChanged }: Props): ReactNode {
  const [open, setOpen] = useState(false)
  const id = useId()
  const { transfer, audience, since, link } = facts
  const name = visible(transfer.name)
  const copy = async (): Promise<void> => {
    if (link === null) return
    if (await copyText(link)) toast(t('library.copied', name))
    else toast(t('library.notCopied'), { tone: 'bad' })
  }
  return (
    <li className="view-section share-card" aria-labelledby={id}>
      <div className="share-card-head">
        <div className="share-card-text">
          <h2 id={id}>
            <ForeignText text={transfer.name} />
          </h2>
          <p className="soft">
            {t(`audience.${audience}`)} · {t('library.since')} <Moment at={since} /> ·{' '}
            {t('library.size', formatSize(transfer.totalBytes), t('files.count', transfer.fileCount))}
          </p>
          <p>{liveSentence(facts)}</p>
          {transfer.role === 'get' && <p className="soft">{t('library.got')}</p>}
        </div>
        <div className="share-card-do">
          {link !== null && (
            <Button icon="link" aria-label={t('library.copyOf', name)} onPress={() => void copy()}>
              {t('library.copy')}
            </Button>
          )}
          <Button
            aria-expanded={open}
            aria-label={open ? t('library.less') : t('library.moreOf', name)}
            icon={open ? 'chevronUp' : 'chevronDown'}
            onPress={() => setOpen(!open)}
          >
            {open ? t('library.less') : t('library.more')}
          </Button>
          <Button
            icon="stop"
            look="danger"
            aria-label={t('library.stopOf', name)}
            onPress={() => void stopShare(facts, onChanged)}
          >
            {t('shared.stop')}
          </Button>
        </div>
      </div>
      {open && (
        <>
          <AudienceOf facts={facts} onChanged={onChanged} />
          <SharedPanel facts={facts} onStopped={undefined} />
        </>
      )}
    </li>
  )
}

/** A narrowing is one click; a widening is looked at first. */
function AudienceOf({ facts, onChanged }: Props): ReactNode {
  const { transfer, audience } = facts
  const change = async (to: Audience): Promise<void> => {
    const reached = widens(audience, to)
      ? await openDialog('offer', { subject: { kind: 'share', facts } })
      : to
    if (reached === undefined) return
    const narrow = () => attempt(() => call('changeAudience', { id: transfer.id, audience: to }))
    if (reached === to && widens(to, audience) && (await narrow()) === undefined) return
    if (reached !== audience) {
      toast(t(reached === 'link' ? 'library.narrowed' : 'library.widened', visible(transfer.name)))
    }
    onChanged()
  }
  return (
    <div className="share-card-who">
      <AudienceChoice
        value={audience}
        offered={['link', 'everyone']}
        onChange={(to) => {
          if (to !== audience && (to === 'link' || to === 'everyone')) void change(to)
        }}
      />
    </div>
  )
}
