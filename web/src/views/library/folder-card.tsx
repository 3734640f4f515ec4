// One folder of the library. What narrows is one click, what widens is looked at first, and what is new waits for its look.

import { type ReactNode, useId, useState } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import { explainProblem } from '../../../../src/api/problem-sentence.ts'
import type { LibraryFolder } from '../../../../src/api/schemas/library.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { openDialog } from '../../app/dialogs.ts'
import { formatRoute } from '../../app/route.ts'
import { widens } from '../../dialogs/share/share-plan.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { AudienceChoice, audienceName, isNamed, type Who } from '../../ui/audience-choice.tsx'
import { Button } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Progress } from '../../ui/progress.tsx'
import { licenceWords } from '../entries/entry-facts.ts'
import { whoWords } from '../entries/entry-panel.tsx'

interface Props {
  readonly folder: LibraryFolder
  readonly onChanged: () => void
}

export function FolderCard({ folder, onChanged }: Props): ReactNode {
  const [open, setOpen] = useState(false)
  const id = useId()
  const { path, audience, files, totalBytes, hashedFiles, offeredFiles, offeredBytes, proposals } = folder
  const name = visible(folder.name)
  const licence = [licenceWords(folder.licence), folder.publisher ?? '']
    .filter((text) => text !== '')
    .join(', ')
  return (
    <li className="view-section" aria-labelledby={id}>
      <div className="share-card-head">
        <div className="share-card-text">
          <h2 id={id}>
            <ForeignText text={folder.name} />
          </h2>
          <p className="soft folder-path">
            <ForeignText text={path} />
          </p>
          <p>
            <strong>{whoWords(audience)}</strong>
            {audience !== 'me' && (
              <>
                {' · '}
                {t('folders.offered', offeredFiles, formatSize(offeredBytes))}
              </>
            )}
            {audience !== 'me' && licence !== '' && (
              <>
                {' · '}
                <ForeignText text={licence} />
              </>
            )}
            {folder.share !== null && (
              <>
                {' · '}
                <a href={formatRoute({ view: 'library' })}>{t('folders.toShare')}</a>
              </>
            )}
          </p>
          <p className="soft">
            {t('folders.files', files, formatSize(totalBytes))} · <StateOf folder={folder} />
            {folder.scannedAt !== null && folder.state === 'watching' && (
              <>
                {' · '}
                {t('folders.scanned')} <Moment at={folder.scannedAt} />
              </>
            )}
          </p>
          {hashedFiles < files && (
            <div className="folder-hashing">
              <Progress
                share={totalBytes === 0 ? 0 : folder.hashedBytes / totalBytes}
                label={t('folders.hashing', hashedFiles, files)}
              />
              <span className="soft">
                {t('folders.hashing', hashedFiles, files)}. {t('folders.hashingMeans')}
              </span>
            </div>
          )}
        </div>
        <div className="share-card-do">
          <Button
            aria-expanded={open}
            aria-label={t('folders.whoOf', name)}
            icon={open ? 'chevronUp' : 'chevronDown'}
            onPress={() => setOpen(!open)}
          >
            {t('folders.who')}
          </Button>
          <Button
            icon="reload"
            aria-label={t('folders.scanOf', name)}
            onPress={() => void scan(folder, onChanged)}
          >
            {t('folders.scan')}
          </Button>
          {audience === 'me' ? (
            <Button
              icon="remove"
              aria-label={t('folders.removeOf', name)}
              onPress={() => void remove(folder, onChanged)}
            >
              {t('folders.remove')}
            </Button>
          ) : (
            <Button
              icon="stop"
              look="danger"
              aria-label={t('library.stopOf', name)}
              onPress={() => void change(folder, 'me', onChanged)}
            >
              {t('shared.stop')}
            </Button>
          )}
        </div>
      </div>
      {proposals > 0 && <Proposals folder={folder} onChanged={onChanged} />}
      {open && (
        <AudienceChoice
          value={whoOf(folder)}
          offered={['me', 'link', 'person', 'circle', 'everyone']}
          onChange={(to) => void change(folder, to, onChanged)}
        />
      )}
    </li>
  )
}

function whoOf({ audience }: LibraryFolder): Who {
  return audience === 'link' || audience === 'everyone' || isNamed(audience) ? audience : 'me'
}

function StateOf({ folder: { state, problem } }: { readonly folder: LibraryFolder }): ReactNode {
  if (state !== 'failed') return t(`folders.state.${state}`)
  const why = problem === null ? '' : explainProblem(problem).cause
  return <ForeignText text={t('folders.state.failed', why)} />
}

function Proposals({ folder, onChanged }: Props): ReactNode {
  const name = visible(folder.name)
  const look = async (): Promise<void> => {
    if ((await openDialog('offer', { subject: { kind: 'proposals', folder } })) === undefined) return
    toast(t('folders.accepted', name))
    onChanged()
  }
  const keep = async (): Promise<void> => {
    if ((await attempt(() => call('dismissProposals', { id: folder.id }))) === undefined) return
    toast(t('folders.kept', name))
    onChanged()
  }
  return (
    <div className="folder-proposals">
      <Button
        look="primary"
        aria-label={t('folders.proposalsOf', folder.proposals, name)}
        onPress={() => void look()}
      >
        {t('folders.proposals', folder.proposals)}
      </Button>
      <Button onPress={() => void keep()}>{t('folders.keep')}</Button>
      <span className="soft">{t('folders.proposalsMean')}</span>
    </div>
  )
}

async function change(folder: LibraryFolder, to: Who, then: () => void): Promise<void> {
  const from = whoOf(folder)
  const name = visible(folder.name)
  if (to === from) return
  if (to !== 'me' && widens(from, to)) {
    const reached = await openDialog('offer', { subject: { kind: 'folder', folder, who: to } })
    if (reached === undefined) return
    toast(
      isNamed(reached)
        ? t('folders.widened.named', name, audienceName(reached))
        : t(`folders.widened.${reached}`, name),
    )
  } else {
    // What is left narrows.
    const audience = to === 'me' ? 'me' : 'link'
    if ((await attempt(() => call('changeFolderAudience', { id: folder.id, audience }))) === undefined) return
    toast(t(`folders.narrowed.${audience}`, name))
  }
  then()
}

async function scan({ id }: LibraryFolder, then: () => void): Promise<void> {
  if ((await attempt(() => call('scanLibrary', { id }))) !== undefined) then()
}

/** Taken back by adding it again: it was only for oneself. */
async function remove({ id, path, name }: LibraryFolder, then: () => void): Promise<void> {
  if ((await attempt(() => call('removeLibraryFolder', { id }))) === undefined) return
  toast(t('folders.removed', visible(name)), {
    undo: async () => {
      await attempt(() => call('addLibraryFolder', { path }))
      then()
    },
  })
  then()
}
