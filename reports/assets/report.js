(() => {
  'use strict';
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const filter = document.getElementById('filter');
  const field = filter.querySelector('input');
  const words = all('button', filter);
  const told = filter.querySelector('output');
  const fold = document.getElementById('fold');

  // What there is to filter, read once, and when it is first needed: a long report opens at once.
  let index = null;
  const read = () => {
    index = index || {
      operations: all('.operation').map((block) => ({
        block,
        name: block.querySelector('summary .op-name').textContent.toLowerCase(),
        row: document.querySelector(`.matrix tr[data-op="${block.id}"]`),
        parts: all('.part', block).map((part) => ({
          part,
          lines: all('.lines > li', part).map((line) => ({line, text: line.textContent.toLowerCase()})),
          promises: all('.promises > li', part).map((line) => ({line, text: line.textContent.toLowerCase()})),
        })),
      })),
      problems: all('.finding').map((block) => ({block, text: block.textContent.toLowerCase()})),
    };
    return index;
  };

  const apply = () => {
    const text = field.value.trim().toLowerCase();
    const chosen = words.filter((button) => button.getAttribute('aria-pressed') === 'true').map((button) => button.dataset.word);
    const filtering = Boolean(text || chosen.length);
    const {operations, problems} = read();
    let left = 0;
    for (const one of operations) {
      const named = one.name.includes(text);
      let here = 0;
      for (const {part, lines, promises} of one.parts) {
        let inPart = 0;
        for (const {line, text: own} of lines) {
          const fits = (named || own.includes(text)) && (!chosen.length || chosen.includes(line.className));
          line.hidden = !fits;
          inPart += fits;
        }
        for (const {line, text: own} of promises) {
          const fits = (named || own.includes(text)) && (!chosen.length || chosen.includes(line.className));
          line.hidden = !fits;
          inPart += fits;
        }
        part.hidden = !inPart;
        here += inPart;
      }
      const gone = filtering && !here && !(named && !chosen.length);
      one.block.hidden = gone;
      if (one.row) one.row.hidden = gone;
      left += !gone;
    }
    for (const {block, text: own} of problems) {
      block.hidden = !own.includes(text) || Boolean(chosen.length && !chosen.includes('v-broken'));
    }
    for (const group of all('.group')) group.hidden = !group.querySelector('.operation:not([hidden])');
    for (const body of all('.matrix tbody')) body.hidden = !body.querySelector('tr[data-op]:not([hidden])');
    told.textContent = filtering ? `${left} of ${operations.length} operations` : '';
  };

  const step = (by) => {
    const shown = all('.finding').filter((block) => !block.hidden);
    const top = 80;
    const at = shown.findIndex((block) => block.getBoundingClientRect().top >= top - 5);
    const here = at < 0 ? shown.length : at;
    const on = shown[here] && Math.abs(shown[here].getBoundingClientRect().top - top) < 30;
    const next = shown[by > 0 ? here + (on ? 1 : 0) : here - 1];
    if (!next) return;
    next.querySelector('h3 a').focus({preventScroll: true});
    next.scrollIntoView();
  };

  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) {
      if (at.hidden && at !== filter) {
        field.value = '';
        for (const button of words) button.setAttribute('aria-pressed', 'false');
        apply();
      }
      if (at.tagName === 'DETAILS') at.open = true;
    }
    target.scrollIntoView();
  };

  const copy = async (button) => {
    const text = button.parentElement.querySelector('pre');
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(text);
      button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  };

  if (matchMedia('(max-width: 60rem)').matches) document.querySelector('#problems h2').after(filter);
  filter.hidden = fold.hidden = false;
  for (const hint of all('.keys')) hint.hidden = false;
  for (const button of all('.copy')) {
    button.hidden = false;
    button.addEventListener('click', () => copy(button));
  }
  for (const button of words) {
    button.addEventListener('click', () => {
      button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
      apply();
    });
  }
  fold.addEventListener('click', () => {
    const open = fold.textContent === 'Open all';
    for (const {block} of read().operations) if (!block.hidden) block.open = open;
    fold.textContent = open ? 'Close all' : 'Open all';
  });
  filter.addEventListener('submit', (event) => event.preventDefault());
  field.addEventListener('input', apply);
  addEventListener('hashchange', reveal);
  addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) reveal();  // the same place again: no hashchange comes
  });
  addEventListener('keydown', (event) => {
    const writing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === '/' && !writing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); field.focus(); }
    if (!writing && !event.ctrlKey && !event.metaKey && !event.altKey && (event.key === 'j' || event.key === 'k')) step(event.key === 'j' ? 1 : -1);
    if (event.key === 'Escape' && event.target === field) { field.value = ''; apply(); }
  });
  if (location.hash) reveal();
})();
