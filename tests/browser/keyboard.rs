//! Keys only: everything is reached by Tab, shows that it has the focus, and works with Enter.

use serde_json::Value;

use crate::support::keys::{ENTER, TAB};
use crate::support::{Browser, Mailbox, STAFF_PASSWORD, run};

const CONTACT: &str = "contact@dewilgen.example";

const COLLEAGUE: &str = "eva@kurve.example";

/// More stops than any page has.
const MOST_STOPS: usize = 150;

/// What is wrong with how the focus shows, and whether it is where a selector says. The ring must be drawn, within the
/// window, and not under something else.
const FOCUS: &str = r#"
const [selector] = arguments;
const focused = document.activeElement;
const name = `${focused.tagName} ${focused.id || focused.name || focused.textContent.trim().slice(0, 40)}`;
const box = focused.getBoundingClientRect();
const style = getComputedStyle(focused);
const [x, y] = [box.left + Math.min(box.width, 20) / 2, box.top + Math.min(box.height, 20) / 2];
const above = document.elementFromPoint(x, y);
let wrong = "";
if (!focused.matches(":focus-visible")) wrong = "no :focus-visible";
else if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) wrong = "no ring";
else if (box.width < 1 || box.height < 1) wrong = "no size";
else if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) wrong = "out of sight";
else if (above && !focused.contains(above) && !above.contains(focused)) wrong = `under ${above.tagName}`;
window.stops = (window.stops || new Set());
const isNew = !window.stops.has(focused);
window.stops.add(focused);
return { name, wrong, isNew, isBody: focused === document.body, isThere: !!selector && focused.matches(selector) };
"#;

/// What could be used but never had the focus. Of radio buttons of one name, one stop is enough.
const MISSED: &str = r#"
const group = (one) => one.type === "radio" ? document.querySelectorAll(`input[name="${one.name}"]`) : [one];
return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
  .filter((one) => one.checkVisibility() && ![...group(one)].some((other) => window.stops.has(other)))
  .map((one) => `${one.tagName} ${one.id || one.name || one.textContent.trim().slice(0, 40)}`);
"#;

#[test]
fn a_contact_signs_in_and_works_by_keys_alone() {
    run(|stage| {
        let browser = stage.browser();
        browser.open("/inloggen");

        browser.keys(TAB);
        assert_eq!(focus(&browser, ".skip-link")["isThere"], true, "the first stop is the skip link");
        browser.keys(ENTER);
        tab_to(&browser, "[name=email]", 1);

        // A mistake: the page comes back with the focus on what is wrong, and leads to the field.
        browser.leads_on("Enter in an empty field", || browser.keys(ENTER));
        assert_eq!(focus(&browser, "[data-error-summary]")["isThere"], true);
        tab_to(&browser, "[data-error-summary] a", 1);
        browser.keys(ENTER);
        assert_eq!(focus(&browser, "[name=email]")["isThere"], true);

        browser.leads_on("Enter behind an address", || browser.keys(&format!("{CONTACT}{ENTER}")));
        let mut mailbox = Mailbox::of(CONTACT);
        mailbox.open(&browser, "/inloggen/link/");
        let code = mailbox.code(&browser);
        browser.open("/inloggen/code");
        tab_to(&browser, "[name=code]", MOST_STOPS);
        browser.leads_on("Enter behind a code", || browser.keys(&format!("{code}{ENTER}")));
        assert!(browser.path().starts_with("/school/"), "{}", browser.told());

        tab_to(&browser, "[data-step=consent_given] a", MOST_STOPS);
        browser.leads_on("Enter on a step", || browser.keys(ENTER));
        tab_to(&browser, "[data-action=claim]", MOST_STOPS);
        browser.leads_on("Enter on a button", || browser.keys(ENTER));
        browser.find("[data-flash]");
        tab_to(&browser, "[data-action=sign-out]", MOST_STOPS);
        browser.leads_on("Enter on the way out", || browser.keys(ENTER));
        browser.open("/school");
        assert_eq!(browser.path(), "/inloggen");
    });
}

#[test]
fn a_colleague_signs_in_and_works_by_keys_alone() {
    run(|stage| {
        let browser = stage.browser();
        let code = browser.staff_code(COLLEAGUE);
        browser.open("/beheer/inloggen");

        for (field, text) in [("email", COLLEAGUE), ("password", STAFF_PASSWORD), ("code", code.as_str())] {
            tab_to(&browser, &format!("[name={field}]"), MOST_STOPS);
            browser.keys(text);
        }
        browser.leads_on("Enter behind a code", || browser.keys(ENTER));
        assert_eq!(browser.path(), "/beheer");

        let to_activate = || browser.attributes_found("//tr[@data-work='activation_confirmed']", "data-work").len();
        let before = to_activate();
        tab_to(&browser, "[data-work=activation_confirmed] [data-action=confirm]", MOST_STOPS);
        browser.leads_on("Enter on a button in the list", || browser.keys(ENTER));
        browser.find("[data-flash]");
        assert_eq!(to_activate(), before - 1, "{}", browser.told());

        tab_to(&browser, ":is([data-kind=stuck], [data-kind=issue], [data-kind=activate]) th a", MOST_STOPS);
        browser.leads_on("Enter on a school", || browser.keys(ENTER));
        tab_to(&browser, "[data-ask=note] > summary", MOST_STOPS);
        browser.keys(ENTER);
        tab_to(&browser, "[data-form=note] textarea", 1);
        browser.keys("Gebeld met de school.");
        tab_to(&browser, "[data-form=note] [data-action]", 1);
        browser.leads_on("Enter on a form in a page", || browser.keys(ENTER));
        assert!(browser.told().contains("Gebeld met de school."), "{}", browser.told());
    });
}

#[test]
fn everything_that_can_be_used_is_reached_by_tab_and_shows_it() {
    run(|stage| {
        let browser = stage.browser();
        let mut wrong = vec![];

        for path in ["/", "/aanmelden", "/inloggen"] {
            wrong.extend(walk(&browser, path));
        }
        browser.sign_in(CONTACT);
        for path in ["", "/stap/query_executed", "/stoppen"].map(|rest| browser.at_school(rest)) {
            wrong.extend(walk(&browser, &path));
        }
        browser.sign_in_as_staff("eva@kurve.example");
        for path in ["/beheer", "/beheer/scholen", "/beheer/verbindingen", "/beheer/post", "/beheer/inzicht"] {
            wrong.extend(walk(&browser, path));
        }
        browser.open("/beheer");
        let school = browser.attributes_found("//tr[@data-work]//th//a", "href");
        // Without the place on the page, from which Tab would go on.
        let top = school[0].split('#').next().expect("a path");
        wrong.extend(walk(&browser, top));

        assert_eq!(wrong, Vec::<String>::new());
    });
}

#[test]
fn the_keys_of_the_worklist_go_down_and_up_choose_act_and_open() {
    run(|stage| {
        let browser = stage.browser();
        browser.sign_in_as_staff(COLLEAGUE);
        browser.open("/beheer");
        let rows = browser.attributes_found("//tr[@data-key]", "data-key");
        assert!(rows.len() > 3, "{}", browser.told());
        let press = |key: &str, row: usize| {
            browser.keys(key);
            let seen = focus(&browser, "tr[aria-current] a, tr[aria-current] button");
            assert_eq!(seen["wrong"], "", "{key}: {seen}");
            assert_eq!((current(&browser), &seen["isThere"]), (vec![rows[row].clone()], &Value::Bool(true)), "{key}");
        };

        for (key, row) in [("j", 0), ("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0), ("j", 1)] {
            press(key, row);
        }
        press("x", 1);
        let chosen = || browser.run("return document.querySelectorAll('tbody .tick-box:checked').length", &[]);
        assert_eq!((chosen(), browser.has("tr[aria-current] .tick-box:checked")), (1.into(), true));
        press("x", 1);
        assert_eq!(chosen(), 0);

        // Who types into a field presses no key of the list.
        browser.fill("#q", "jexk");
        assert_eq!((current(&browser), chosen()), (vec![rows[1].clone()], 0.into()));

        // A row whose form opens in it: there Enter and letters belong to the form, and so does the focus.
        browser.open("/beheer?soort=issue");
        let issues = browser.attributes_found("//tr[@data-key]", "data-key");
        browser.keys("j");
        browser.leads_on("e on a row with a form", || browser.keys("e"));
        assert!(browser.has("[data-open=issue]"), "{}", browser.told());
        assert_eq!(current(&browser), [issues[0].clone()]);
        let in_form = "[data-open] form :is(input, button)";
        let is_in_form = browser.until(|| (focus(&browser, in_form)["isThere"] == true).then_some(()));
        assert!(is_in_form.is_some(), "{} on {}", focus(&browser, in_form), browser.told());
        browser.leads_on("e on a row that is open", || browser.keys("e"));
        assert!(!browser.has("[data-open=issue]"), "{}", browser.told());

        // A row with a button: it is pressed.
        browser.open("/beheer?soort=activate&q=Rivierenland");
        let before = browser.attributes_found("//tr[@data-key]", "data-key").len();
        browser.keys("j");
        browser.leads_on("e on a row with a button", || browser.keys("e"));
        browser.find("[data-flash]");
        assert_eq!(browser.attributes_found("//tr[@data-key]", "data-key").len(), before - 1);

        browser.open("/beheer");
        let school = browser.attributes_found("(//tr[@data-key])[2]//th//a", "href");
        browser.keys("jj");
        browser.leads_on("Enter on a row", || browser.keys(ENTER));
        assert_eq!(browser.path(), school[0]);
    });
}

#[test]
fn keys_that_are_turned_off_do_nothing() {
    run(|stage| {
        let browser = stage.browser();
        browser.sign_in_as_staff(COLLEAGUE);
        browser.open("/beheer");
        // It is shown to who has a mouse and so perhaps keys; here nobody has.
        let turn = |button: &str| {
            let press = format!("document.querySelector('[data-action={button}]').click()");
            browser.leads_on(button, || drop(browser.run(&press, &[])));
        };
        turn("keys_off");

        browser.keys("jjx");

        assert_eq!(current(&browser), Vec::<String>::new());
        assert!(!browser.has(".tick-box:checked"));
        turn("keys_on");
        browser.keys("j");
        assert_eq!(current(&browser).len(), 1);
    });
}

/// The row of the worklist that is marked.
fn current(browser: &Browser) -> Vec<String> {
    browser.attributes_found("//tr[@data-key][@aria-current]", "data-key")
}

/// Goes round a page by Tab; what is wrong on the way.
fn walk(browser: &Browser, path: &str) -> Vec<String> {
    browser.open(path);
    let mut wrong = vec![];
    for stop in 0..=MOST_STOPS {
        assert!(stop < MOST_STOPS, "{path} has no end");
        browser.keys(TAB);
        let seen = focus(browser, "");
        // Round: past the last stop lies the window itself.
        if seen["isBody"] == true || seen["isNew"] == false {
            break;
        }
        if seen["wrong"] != "" {
            wrong.push(format!("{path}: {} has {}", seen["name"], seen["wrong"]));
        }
    }
    let missed = browser.run(MISSED, &[]);
    wrong.extend(missed.as_array().into_iter().flatten().map(|missed| format!("{path}: {missed} is never reached")));
    wrong
}

/// Presses Tab until the focus is on what matches; it must show at every stop.
fn tab_to(browser: &Browser, selector: &str, most: usize) {
    for _ in 0..most {
        browser.keys(TAB);
        let seen = focus(browser, selector);
        assert!(seen["wrong"] == "" || seen["isBody"] == true, "{seen} on {}", browser.told());
        if seen["isThere"] == true {
            return;
        }
    }
    panic!("Tab does not come to {selector} on {}", browser.told());
}

fn focus(browser: &Browser, selector: &str) -> Value {
    browser.run(FOCUS, &[selector.into()])
}
