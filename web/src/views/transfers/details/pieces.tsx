// Which pieces are here, which are with somebody connected, and which with nobody; a drawing, and the same in words.

import { type ReactNode, useEffect, useRef } from 'react'
import { formatSize } from '../../../../../src/api/format-quantity.ts'
import type { OutputOf } from '../../../../../src/api/routes.ts'
import { theme } from '../../../store/preferences.ts'
import { useSignal } from '../../../store/use-signal.ts'
import { formatNumber } from '../../../text/plural.ts'
import { t } from '../../../text/t.ts'
import { useMedia } from '../../../ui/use-media.ts'
import { bytesOf, countPieces } from './piece-map.ts'

export function Pieces({ details }: { readonly details: OutputOf<'transfer'> }): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { pieceMap, availabilityMap, pieceCount, pieceLengthBytes } = details
  // Colours are the theme's: when that changes it is drawn anew.
  const dark = useMedia('(prefers-color-scheme: dark)')
  const chosen = useSignal(theme)
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours come from the theme
  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, bytesOf(pieceMap), bytesOf(availabilityMap))
  }, [pieceMap, availabilityMap, dark, chosen])
  if (pieceMap === '' || pieceCount === null || pieceLengthBytes === null) return null
  const { here, nobody } = countPieces(bytesOf(pieceMap), bytesOf(availabilityMap), pieceCount)
  const words = t('pieces.words', formatNumber(here), formatNumber(pieceCount), formatSize(pieceLengthBytes))
  return (
    <section className="part">
      <h3>
        {t('pieces.title')} <span className="part-note">{words}</span>
      </h3>
      <canvas ref={canvas} className="pieces" role="img" aria-label={words} />
      {nobody > 0 && <p className="part-note">{t('pieces.nobody', nobody)}</p>}
    </section>
  )
}

/** A stretch is as wide as its share of all; what is here in the one colour, in part as part of its height. */
function draw(canvas: HTMLCanvasElement, here: Uint8Array, available: Uint8Array): void {
  const { width, height } = canvas.getBoundingClientRect()
  const scale = window.devicePixelRatio
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  const brush = canvas.getContext('2d')
  if (brush === null || here.length === 0) return
  const { color, textDecorationColor } = getComputedStyle(canvas)
  const step = canvas.width / here.length
  here.forEach((share, at) => {
    const left = Math.floor(at * step)
    const wide = Math.ceil((at + 1) * step) - left
    const tall = Math.round((share / 255) * canvas.height)
    brush.fillStyle = color
    brush.fillRect(left, canvas.height - tall, wide, tall)
    if (share === 0 && available[at] === 0) {
      brush.fillStyle = textDecorationColor
      brush.fillRect(left, canvas.height - Math.ceil(2 * scale), wide, Math.ceil(2 * scale))
    }
  })
}
