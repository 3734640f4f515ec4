// A file or folder that a message offers: what it is and from whom, taken or not, how far it is, and what is known of it after.

import { type ReactNode, useEffect, useState } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import { explainProblem } from '../../../../src/api/problem-sentence.ts'
import type { FileCard, Message } from '../../../../src/api/schemas/conversations.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { formatRoute } from '../../app/route.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { request } from '../../store/request.ts'
import { useRow } from '../../store/use-row.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Progress } from '../../ui/progress.tsx'
import { kindWord } from '../entries/entry-facts.ts'
import type { MessageActs } from './talk-list.tsx'

interface Props {
  readonly message: Message
  readonly file: FileCard
  readonly from: string
  readonly authorOnline: boolean
  readonly acts: MessageActs
}

export function FileCardView({ message, file, from, authorOnline, acts }: Props): ReactNode {
  const name = visible(file.name)
  const { kind, files, lengthBytes, state } = file
  const take = async (dismiss: boolean): Promise<void> => {
    const { conversation: id, id: of } = message
    const answer = await attempt(() =>
      call('getMessageFile', { id, message: of, ...(dismiss ? { dismiss: true } : {}) }),
    )
    if (answer !== undefined) acts.put({ ...message, file: answer })
  }
  return (
    <article className={`file-card file-card-${state}`} aria-label={t('file.card', name)}>
      {file.preview && <Preview message={message} name={name} />}
      <div className="file-card-text">
        <p className="file-card-name">
          <Icon name={files > 1 ? 'folder' : 'file'} />
          <strong>
            <ForeignText text={file.name} />
          </strong>
        </p>
        <p className="soft">
          <ForeignText text={t('file.summary', files, formatSize(lengthBytes), kindWord(kind))} />
          {!message.mine && (
            <>
              {' · '}
              <ForeignText text={t('file.from', from)} />
            </>
          )}
        </p>
        <StateOf file={file} name={name} authorOnline={authorOnline} />
      </div>
      {(state === 'offered' || state === 'failed') && (
        <div className="file-card-do">
          <Button
            look="primary"
            icon="get"
            aria-label={t('file.getOf', name)}
            onPress={() => void take(false)}
          >
            {t('file.get')}
          </Button>
          <Button aria-label={t('file.notNowOf', name)} onPress={() => void take(true)}>
            {t('file.notNow')}
          </Button>
        </div>
      )}
      {state === 'dismissed' && (
        <div className="file-card-do">
          <Button aria-label={t('file.laterOf', name)} onPress={() => void take(false)}>
            {t('file.later')}
          </Button>
        </div>
      )}
    </article>
  )
}

function StateOf({
  file,
  name,
  authorOnline,
}: Pick<Props, 'file' | 'authorOnline'> & { readonly name: string }): ReactNode {
  const { state, sources, doneBytes, lengthBytes, problem, saved, transfer } = file
  switch (state) {
    case 'offered':
      // Whoever offers it has it; others are counted once it is asked for.
      return sources === 0 && authorOnline ? null : <p className="soft">{t('file.sources', sources)}</p>
    case 'dismissed':
      return <p className="soft">{t('file.dismissed')}</p>
    case 'mine':
      return <p className="soft">{t('file.mine', sources)}</p>
    case 'getting': {
      const share = lengthBytes === 0 ? 0 : doneBytes / lengthBytes
      return (
        <>
          <Progress share={share} label={t('file.progress', name)} />
          <p>
            {t(
              'file.getting',
              Math.floor(share * 100),
              formatSize(doneBytes),
              formatSize(lengthBytes),
              sources,
            )}
          </p>
        </>
      )
    }
    case 'got':
      return (
        <p>
          {t('file.got')} {transfer !== null && <Checked transfer={transfer} />}
          {saved !== null && (
            <span className="soft file-card-saved">
              {t('file.savedAt')} <ForeignText text={saved} />
            </span>
          )}
        </p>
      )
    case 'blocked':
    case 'failed': {
      const why = problem === null ? undefined : explainProblem(problem)
      return (
        <p className="file-card-bad">
          <Icon name={state === 'blocked' ? 'locked' : 'warning'} />
          <span>
            {t(state === 'blocked' ? 'file.blocked' : 'file.failed')}
            {why !== undefined && <ForeignText text={`: ${why.cause}. ${why.remedy ?? ''}`} />}
          </span>
        </p>
      )
    }
  }
}

/** What the transfer's check says, as everywhere. */
function Checked({ transfer }: { readonly transfer: string }): ReactNode {
  const row = useRow(transfer)
  return (
    <>
      {row?.check != null && `${t(`check.short.${row.check}`)}. `}
      <a href={formatRoute({ view: 'transfers', query: { open: transfer } })}>{t('file.toTransfer')}</a>
    </>
  )
}

/** As large as a small picture made by the daemon may be; more would not be one. */
const MOST_PREVIEW_BYTES = 1_000_000

/** Its place is kept while it is made, and given back where there is none: what is broken or says it is huge has no picture. */
function Preview({ message, name }: { readonly message: Message; readonly name: string }): ReactNode {
  const [source, setSource] = useState<string>()
  const { conversation, id } = message
  useEffect(() => {
    let made: string | undefined
    let over = false
    const load = async (): Promise<string | undefined> => {
      const part = `${encodeURIComponent(conversation)}/messages/${id}/preview`
      const response = await request(`/conversations/${part}`)
      const picture = response.ok ? await response.blob() : undefined
      if (over || picture === undefined || picture.size > MOST_PREVIEW_BYTES) return undefined
      if (!/^image\/(png|jpeg|webp)$/.test(picture.type)) return undefined
      made = URL.createObjectURL(picture)
      return made
    }
    // Without one the card is whole, too.
    load()
      .catch(() => undefined)
      .then((url) => {
        if (!over) setSource(url ?? 'none')
      })
    return () => {
      over = true
      if (made !== undefined) URL.revokeObjectURL(made)
    }
  }, [conversation, id])
  if (source === 'none') return null
  return (
    <div className="file-card-preview">
      {source !== undefined && <img src={source} alt={t('file.preview', name)} />}
    </div>
  )
}
