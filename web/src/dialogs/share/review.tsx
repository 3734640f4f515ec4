// Who can get it, and what they will see, before anything is visible; the button says again what it does.

import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { Audience } from '../../../../src/api/schemas/primitives.ts'
import type { ShareFacts, Survey } from '../../../../src/api/schemas/share.ts'
import { treeOf } from '../../files/file-tree.ts'
import { FileTreeView } from '../../files/file-tree-view.tsx'
import { call } from '../../store/api.ts'
import { t } from '../../text/t.ts'
import { AudienceChoice } from '../../ui/audience-choice.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { excludesOf, treeFilesOf } from './left-out.ts'
import { MoreFields } from './more-fields.tsx'
import { rememberedWho, rememberWho } from './remembered-who.ts'
import { type More, NO_MORE, shareRequest, widens, wrongIn } from './share-plan.ts'

interface Props {
  readonly path: string
  /** From the browser, to Shoal's own folder. */
  readonly copied: boolean
  readonly onBack: () => void
  readonly onShared: (facts: ShareFacts) => void
  readonly close: () => void
}

export function Review({ path, copied, onBack, onShared, close }: Props): ReactNode {
  const [who, setWho] = useState<Audience>(() => rememberedWho(path))
  const [more, setMore] = useState<More>(NO_MORE)
  const [exclude, setExclude] = useState<readonly string[]>([])
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const whole = useLoaded(useCallback(() => call('survey', { path }), [path]))
  const rest = useRest(path, exclude, whole.value)
  const wrong = wrongIn(more, Date.now())
  const count = rest.value?.fileCount ?? 0
  const ready = rest.value !== undefined && wrong === undefined && count > 0 && !busy

  const share = async (): Promise<void> => {
    if (!ready) return
    setBusy(true)
    setError(undefined)
    try {
      const facts = await call('addShare', shareRequest({ path, who, exclude, more }, Date.now()))
      rememberWho(path, who)
      onShared(facts)
    } catch (failed) {
      setError(failed)
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t('share.title')}
      close={close}
      size="large"
      actions={
        <>
          <Button onPress={onBack}>{t('action.back')}</Button>
          {whole.error === undefined && (
            <Button
              // Drawn anew when counting is done, so that it takes the focus: the next Enter shares.
              key={String(whole.value !== undefined)}
              look="primary"
              icon="share"
              autoFocus={whole.value !== undefined}
              isDisabled={!ready}
              onPress={() => void share()}
            >
              {t(`share.button.${who}`, count)}
            </Button>
          )}
        </>
      }
    >
      <h3 className="share-name">
        <ForeignText text={whole.value?.name ?? path} />
      </h3>
      <p className="soft share-path">{copied ? t('share.copiedTo', path) : <ForeignText text={path} />}</p>
      {whole.error !== undefined && <ErrorSentence error={whole.error} />}
      {whole.error === undefined && whole.value === undefined && <p role="status">{t('share.surveying')}</p>}
      {whole.value !== undefined && (
        <>
          <AudienceChoice value={who} onChange={setWho} />
          {widens('link', who) ? (
            <p className="share-widening">{t('share.widening', count)}</p>
          ) : (
            <p className="soft">{t('share.honest')}</p>
          )}
          <Contents whole={whole.value} rest={rest.value} onExclude={setExclude} />
          {rest.error !== undefined && <ErrorSentence error={rest.error} />}
          <MoreFields more={more} wrong={wrong} onChange={setMore} />
        </>
      )}
      {error !== undefined && <ErrorSentence error={error} />}
    </Dialog>
  )
}

/** What is left when what was unticked is out, counted by the daemon: it sees more than is listed. */
function useRest(
  path: string,
  exclude: readonly string[],
  whole: Survey | undefined,
): { readonly value: Survey | undefined; readonly error: unknown } {
  const [state, setState] = useState<{
    readonly of: readonly string[]
    readonly value?: Survey
    readonly error?: unknown
  }>()
  useEffect(() => {
    if (exclude.length === 0) return
    let current = true
    call('survey', { path, exclude: [...exclude] }).then(
      (value) => current && setState({ of: exclude, value }),
      (error: unknown) => current && setState({ of: exclude, error }),
    )
    return () => {
      current = false
    }
  }, [path, exclude])
  if (exclude.length === 0) return { value: whole, error: undefined }
  return state?.of === exclude
    ? { value: state.value, error: state.error }
    : { value: undefined, error: undefined }
}

interface ContentsProps {
  readonly whole: Survey
  readonly rest: Survey | undefined
  readonly onExclude: (globs: readonly string[]) => void
}

function Contents({ whole, rest, onExclude }: ContentsProps): ReactNode {
  const files = useMemo(() => treeFilesOf(whole.files), [whole])
  const nodes = useMemo(() => treeOf(files), [files])
  const [chosen, setChosen] = useState<ReadonlySet<number>>(() => new Set(files.map(({ index }) => index)))
  const unlisted = whole.fileCount - whole.files.length
  return (
    <section className="share-contents" aria-label={t('share.review')}>
      <h3>{t('share.review')}</h3>
      <p role="status">
        {rest === undefined
          ? t('share.surveying')
          : t('share.summary', rest.fileCount, formatSize(rest.totalBytes), t('files.kinds', rest.kinds))}
      </p>
      {whole.kind === 'torrent' && <p className="soft">{t('share.torrent')}</p>}
      {whole.kind === 'folder' && (
        <>
          <FileTreeView
            label={t('share.leaveOutHint')}
            files={files}
            chosen={chosen}
            onChange={(next) => {
              setChosen(next)
              onExclude(excludesOf(nodes, next))
            }}
          />
          <p className="soft">{t('share.leaveOutHint')}</p>
          {unlisted > 0 && <p>{t('share.listCut', unlisted)}</p>}
        </>
      )}
      {whole.leftOut.length > 0 && <LeftOut names={whole.leftOut} />}
    </section>
  )
}

const MOST_NAMED = 100

function LeftOut({ names }: { readonly names: readonly string[] }): ReactNode {
  return (
    <details>
      <summary>{t('share.leftOut', names.length)}</summary>
      <p className="soft">{t('share.leftOut.means')}</p>
      <ul className="share-left-out">
        {names.slice(0, MOST_NAMED).map((name) => (
          <li key={name}>
            <ForeignText text={name} />
          </li>
        ))}
      </ul>
    </details>
  )
}
