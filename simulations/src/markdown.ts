/** One column of a table: its heading, and a function that returns the text of its cell in a row. */
export type Column<Row> = readonly [heading: string, cell: (row: Row) => string]

/** Formats a Markdown table. The first column is aligned left, all others right. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const [first, ...others] = columns.map(([heading]) => heading)
  const lines = rows.map((row) => columns.map(([, cell]) => cell(row)))
  return [[first, ...others], ['---', ...others.map(() => '--:')], ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

/** 0.123 as 12.3 %. */
export function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`
}

/**
 * Replaces the text between the comments `<!-- name -->` and `<!-- /name -->` of a page.
 *
 * @throws Error if the page has no such comments.
 */
export function replaceSection(page: string, name: string, text: string): string {
  const [opening, closing] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const start = page.indexOf(opening)
  const end = page.indexOf(closing)
  if (start < 0 || end < start) throw new Error(`The page has no ${opening} … ${closing}`)
  return `${page.slice(0, start + opening.length)}\n\n${text}\n\n${page.slice(end)}`
}
