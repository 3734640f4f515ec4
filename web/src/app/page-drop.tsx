// What is pasted or dropped anywhere on the page: torrent files and links are got, other files are shared.

import { type ReactNode, useEffect, useState } from 'react'
import { visible } from '../../../src/api/unseen-characters.ts'
import { isTorrentName, readPasted } from '../dialogs/get/pasted.ts'
import { t } from '../text/t.ts'
import { Icon } from '../ui/icon.tsx'
import { openDialog, openDialogs } from './dialogs.ts'
import { takesLetters } from './letter-keys.ts'
import { isPeopleLink } from './understood.ts'
import './page-drop.css'

export function PageDrop(): ReactNode {
  const [over, setOver] = useState(false)
  useEffect(() => listen(setOver), [])
  return over ? (
    <div className="page-drop" aria-hidden="true">
      <div className="page-drop-box">
        <Icon name="get" />
        <strong>{t('drop.title')}</strong>
        <span>{t('drop.means')}</span>
      </div>
    </div>
  ) : null
}

function listen(setOver: (over: boolean) => void): () => void {
  const dragOver = (event: DragEvent): void => {
    // A conversation takes what is dropped on it.
    if (event.defaultPrevented) {
      setOver(false)
      return
    }
    if (!carries(event.dataTransfer)) return
    event.preventDefault()
    setOver(openDialogs.value.length === 0)
  }
  const dragLeave = (event: DragEvent): void => {
    // Only when it leaves the window: elements within pass it among themselves.
    if (event.relatedTarget === null) setOver(false)
  }
  const drop = (event: DragEvent): void => {
    setOver(false)
    if (event.defaultPrevented || !carries(event.dataTransfer)) return
    // Also over a dialog: a browser would open the file instead of the page.
    event.preventDefault()
    if (openDialogs.value.length === 0) take(event.dataTransfer)
  }
  const paste = (event: ClipboardEvent): void => {
    if (event.defaultPrevented || openDialogs.value.length > 0 || takesLetters(event.target)) return
    if (take(event.clipboardData)) event.preventDefault()
  }
  window.addEventListener('dragover', dragOver)
  window.addEventListener('dragleave', dragLeave)
  window.addEventListener('drop', drop)
  window.addEventListener('paste', paste)
  return () => {
    window.removeEventListener('dragover', dragOver)
    window.removeEventListener('dragleave', dragLeave)
    window.removeEventListener('drop', drop)
    window.removeEventListener('paste', paste)
  }
}

function carries(data: DataTransfer | null): data is DataTransfer {
  return (
    data?.types.some((type) => type === 'Files' || type === 'text/uri-list' || type === 'text/plain') ?? false
  )
}

/** @returns whether there was something to get or share in it */
function take(data: DataTransfer | null): boolean {
  if (data === null) return false
  const folder = [...data.items].map((item) => item.webkitGetAsEntry()).find((entry) => entry?.isDirectory)
  if (folder != null) {
    void openDialog('share', { refused: t('share.folderDropped', visible(folder.name)) })
    return true
  }
  const files = [...data.files]
  const torrents = files.filter(({ name }) => isTorrentName(name))
  const [other] = files.filter(({ name }) => !isTorrentName(name))
  if (torrents.length > 0) void openDialog('get', { torrents })
  else if (other !== undefined) void openDialog('share', { file: other })
  else {
    const text = data.getData('text/uri-list') || data.getData('text/plain')
    if (isPeopleLink(text.trim())) {
      void openDialog('peopleLink', { link: text.trim() })
      return true
    }
    if (readPasted(text).length === 0) return false
    void openDialog('get', { text })
  }
  return true
}
