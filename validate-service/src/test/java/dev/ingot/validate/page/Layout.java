package dev.ingot.validate.page;

/** What a browser can say about a page that a person would find wrong: JavaScript that gives the list of faults. */
final class Layout {
    /** Text that is cut by its box, that leaves the window without a way to scroll there, or that leaves its drawing. */
    static final String CUT = """
            () => {
              const faults = [];
              const width = document.documentElement.clientWidth;
              const shown = e => e.getClientRects().length > 0;
              const text = e => e.tagName + ' ' + e.textContent.trim().slice(0, 60);
              for (const e of document.querySelectorAll('main *:not(svg *)')) {
                if (!shown(e) || e.closest('svg')) continue;
                const style = getComputedStyle(e);
                if (style.overflowX === 'hidden' && e.scrollWidth > e.clientWidth + 1) faults.push('cut: ' + text(e));
                const scroller = e.closest('.scroll, pre');
                if (scroller && scroller !== e) continue;
                if (e.getBoundingClientRect().right > width + 1) faults.push('outside: ' + text(e));
              }
              for (const s of document.querySelectorAll('.scroll'))
                if (shown(s) && s.scrollWidth > s.clientWidth + 1 && !s.hasAttribute('tabindex'))
                  faults.push('scrolls sideways: ' + text(s));
              for (const svg of document.querySelectorAll('svg')) {
                if (!shown(svg)) continue;
                const frame = svg.viewBox.baseVal;
                const boxes = [...svg.querySelectorAll('text')].map(t => [t, t.getBBox()]);
                for (const [t, b] of boxes)
                  if (b.x < -1 || b.x + b.width > frame.width + 1 || b.y < -1 || b.y + b.height > frame.height + 1)
                    faults.push('leaves its drawing: ' + text(t));
              }
              return faults;
            }
            """;

    /** Visible text on a background from which it hardly differs, by the formula of WCAG 2; text in drawings stands on its card. */
    static final String FAINT = """
            () => {
              const rgba = text => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
              const over = (top, below) => {
                const a = top.length > 3 ? top[3] : 1;
                return [0, 1, 2].map(i => top[i] * a + below[i] * (1 - a));
              };
              const background = e => {
                const layers = [];
                for (let at = e; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
                return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
              };
              const light = c => {
                const [r, g, b] = c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const faults = new Set();
              for (const e of document.querySelectorAll('main *')) {
                const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
                if (!own || !e.getClientRects().length || e.tagName === 'title') continue;
                const style = getComputedStyle(e);
                const colour = rgba(e.closest('svg') ? style.fill : style.color);
                const [a, b] = [light(over(colour, background(e))), light(background(e))].sort((x, y) => y - x);
                const ratio = (a + 0.05) / (b + 0.05);
                if (ratio < 4.5) faults.add(ratio.toFixed(2) + ' ' + e.tagName + ' ' + e.className + ' ' + e.textContent.trim().slice(0, 30));
              }
              return [...faults].slice(0, 10);
            }
            """;

    /** What a screen reader would announce without a name, or headings that skip a level. */
    static final String UNNAMED = """
            () => {
              const faults = [];
              for (const e of document.querySelectorAll('svg, section, [role=region], [role=group], [tabindex]')) {
                const by = e.getAttribute('aria-labelledby');
                const name = by ? document.getElementById(by)?.textContent : e.getAttribute('aria-label');
                if (!name?.trim()) faults.push(e.tagName + ' ' + e.id);
              }
              let level = 0;
              for (const h of document.querySelectorAll('h1, h2, h3, h4')) {
                const own = Number(h.tagName[1]);
                if (own > level + 1) faults.push(h.tagName + ' after h' + level);
                level = own;
              }
              const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
              if (new Set(ids).size < ids.length) faults.push('an id twice');
              return faults;
            }
            """;

    private Layout() {}
}
