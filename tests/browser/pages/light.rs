//! The windows and colours in which pages are looked at.

use std::fmt;

use serde_json::json;

use crate::support::Browser;

/// A window, in CSS pixels. Zoom makes these fewer: it is the same as a smaller window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    width: u32,
    height: u32,
}

impl Window {
    /// A telephone, and what a window of 1280 by 1024 shows at a zoom of 400 %.
    pub(super) const NARROW: Self = Self { width: 320, height: 256 };
    /// What a window of 1280 by 1024 shows at a zoom of 200 %.
    pub(super) const HALF: Self = Self { width: 640, height: 512 };
    /// A tablet.
    pub(super) const TABLET: Self = Self { width: 768, height: 1024 };
    /// A telephone of today, for pictures.
    pub(super) const TELEPHONE: Self = Self { width: 390, height: 844 };
    /// A PC.
    pub(super) const DESK: Self = Self { width: 1280, height: 800 };

    pub(super) const ALL: [Self; 4] = [Self::NARROW, Self::HALF, Self::TABLET, Self::DESK];

    pub(super) fn set(self, browser: &Browser) {
        let Self { width, height } = self;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        browser.command("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// The same width, as high as most screens, for a picture.
    pub(super) fn upright(self) -> Self {
        Self { height: 800, ..self }
    }

    /// The same width, so many pixels high.
    pub(super) fn as_high_as(self, height: u32) -> Self {
        Self { height, ..self }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.width)
    }
}

/// What the reader has set their screen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    Light,
    Dark,
    /// Colours of the reader's own, such as Windows' contrast themes.
    Forced,
}

impl Colours {
    pub(super) const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::Forced];

    pub(super) fn set(self, browser: &Browser) {
        let scheme = if self == Self::Light { "light" } else { "dark" };
        let forced = if self == Self::Forced { "active" } else { "none" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "forced-colors", "value": forced },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        browser.command("Emulation.setEmulatedMedia", &json!({ "media": "", "features": features }));
    }
}

impl fmt::Display for Colours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Forced => "forced",
        })
    }
}
