// The things of one open get dialog: given by link or torrent file, looked at by the daemon, some asked for their files.
// Promise: what was added only to learn its list goes again when the dialog closes without it.

import { useCallback, useEffect, useRef, useState } from 'react'
import { call } from '../../store/api.ts'
import { readPasted } from './pasted.ts'
import { newThing, type Source, type Thing } from './thing.ts'

/** The list of files comes from others; this often it is looked whether it came. */
const LIST_MS = 500

export interface Things {
  readonly things: readonly Thing[]
  readonly add: (given: readonly { readonly source: Source; readonly hint: string | undefined }[]) => void
  /** @returns whether there was a link in it */
  readonly addText: (text: string) => boolean
  readonly change: (key: string, change: Partial<Thing>) => void
  readonly takeOut: (key: string) => void
  /** Adds it with nothing wanted, so that others tell its list of files. */
  readonly askList: (thing: Thing, saveFolder: string) => Promise<void>
  /** From now on it stays, whatever becomes of the dialog. */
  readonly keep: (thing: Thing) => void
}

export function useThings(): Things {
  const [things, setThings] = useState<readonly Thing[]>([])
  /** Ids that were only added to learn their list. */
  const asked = useRef(new Set<string>())
  const known = useRef(new Set<string>())

  const change = useCallback((key: string, with_: Partial<Thing>): void => {
    setThings((before) => before.map((thing) => (thing.key === key ? { ...thing, ...with_ } : thing)))
  }, [])

  const add = useCallback<Things['add']>(
    (given) => {
      for (const { source, hint } of given) {
        const key = 'link' in source ? source.link : source.torrent
        if (known.current.has(key)) continue
        known.current.add(key)
        setThings((before) => [...before, newThing(key, source, hint)])
        call('inspect', { source }).then(
          (inspection) => change(key, { inspection }),
          (error: unknown) => change(key, { error }),
        )
      }
    },
    [change],
  )
  const addText = useCallback(
    (text: string): boolean => {
      const pasted = readPasted(text)
      add(pasted.map(({ link, name }) => ({ source: { link }, hint: name })))
      return pasted.length > 0
    },
    [add],
  )
  const letGo = useCallback((id: string): void => {
    if (!asked.current.delete(id)) return
    // Nothing of it is on disk; if the daemon is gone there is nobody to be told.
    call('removeTransfers', { ids: [id], data: 'delete' }).catch(() => undefined)
  }, [])
  const takeOut = useCallback(
    (key: string): void => {
      known.current.delete(key)
      setThings((before) => {
        const gone = before.find((thing) => thing.key === key)
        if (gone?.asking !== undefined) letGo(gone.asking.id)
        return before.filter((thing) => thing.key !== key)
      })
    },
    [letGo],
  )
  const askList = useCallback(
    async ({ key, source, exceptHosts }: Thing, saveFolder: string): Promise<void> => {
      try {
        const { transfer } = await call('addTransfer', {
          source,
          files: [],
          exceptHosts: [...exceptHosts],
          ...(saveFolder === '' ? {} : { saveFolder }),
        })
        asked.current.add(transfer.id)
        change(key, { asking: { id: transfer.id, known: false } })
      } catch (error) {
        change(key, { error })
      }
    },
    [change],
  )
  const keep = useCallback((thing: Thing): void => {
    if (thing.asking !== undefined) asked.current.delete(thing.asking.id)
  }, [])

  useEffect(
    () => () => {
      for (const id of [...asked.current]) letGo(id)
    },
    [letGo],
  )

  const waiting = things.filter(({ asking }) => asking?.known === false)
  const waitingFor = waiting.map(({ asking }) => asking?.id).join()
  useEffect(() => {
    if (waitingFor === '') return
    const beat = setInterval(() => {
      for (const thing of waiting) void learn(thing, change)
    }, LIST_MS)
    return () => clearInterval(beat)
  })

  return { things, add, addText, change, takeOut, askList, keep }
}

async function learn({ key, asking }: Thing, change: Things['change']): Promise<void> {
  if (asking === undefined) return
  try {
    const { torrent } = await call('transferTorrent', { id: asking.id })
    const inspection = await call('inspect', { source: { torrent } })
    change(key, { inspection, asking: { ...asking, known: true } })
  } catch {
    // Not known yet; the next beat asks again.
  }
}
