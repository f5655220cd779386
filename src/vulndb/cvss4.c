/* CVSS 4.0 scores, by the specification of FIRST (version 4.0, section 8, "CVSS v4.0 Scoring"). A vector falls into a
 * MacroVector of six equivalence classes (EQ1 … EQ6); each has a score that experts gave it (a table of facts), from which
 * the vector's own score is lowered by how far it lies below the worst vectors of its class. Version 4.0 has one score for
 * all metrics that are present; those that are absent count as the worst, as the specification says. */
#include "cvss.h"

#include <math.h>

enum metric {
    AV,
    AC,
    AT,
    PR,
    UI,
    VC,
    VI,
    VA,
    SC,
    SI,
    SA,
    E,
    CR,
    IR,
    AR,
    MAV,
    MAC,
    MAT,
    MPR,
    MUI,
    MVC,
    MVI,
    MVA,
    MSC,
    MSI,
    MSA,
    S,
    AU,
    R,
    V,
    RE,
    U,
    METRIC_COUNT
};

static const struct cvss_metric metrics[METRIC_COUNT] = {
    [AV] = { "AV", "NALP", true },     [AC] = { "AC", "LH", true },       [AT] = { "AT", "NP", true },
    [PR] = { "PR", "NLH", true },      [UI] = { "UI", "NPA", true },      [VC] = { "VC", "HLN", true },
    [VI] = { "VI", "HLN", true },      [VA] = { "VA", "HLN", true },      [SC] = { "SC", "HLN", true },
    [SI] = { "SI", "HLN", true },      [SA] = { "SA", "HLN", true },      [E] = { "E", "XAPU", false },
    [CR] = { "CR", "XHML", false },    [IR] = { "IR", "XHML", false },    [AR] = { "AR", "XHML", false },
    [MAV] = { "MAV", "XNALP", false }, [MAC] = { "MAC", "XLH", false },   [MAT] = { "MAT", "XNP", false },
    [MPR] = { "MPR", "XNLH", false },  [MUI] = { "MUI", "XNPA", false },  [MVC] = { "MVC", "XHLN", false },
    [MVI] = { "MVI", "XHLN", false },  [MVA] = { "MVA", "XHLN", false },  [MSC] = { "MSC", "XHLN", false },
    [MSI] = { "MSI", "XSHLN", false }, [MSA] = { "MSA", "XSHLN", false }, [S] = { "S", "XNP", false },
    [AU] = { "AU", "XNY", false },     [R] = { "R", "XAUI", false },      [V] = { "V", "XDC", false },
    [RE] = { "RE", "XLMH", false },    [U] = { "U", "XCGAR", false },
};

/* Scores in tenths, by [EQ1][EQ2][EQ3][EQ6][EQ4][EQ5]; 0: no such class. */
static const unsigned char scores[3][2][3][2][3][3] = {
    [0][0][0][0] = { { 100, 98, 95 }, { 100, 93, 91 }, { 93, 89, 81 } },
    [0][0][0][1] = { { 99, 95, 92 }, { 96, 87, 81 }, { 90, 80, 68 } },
    [0][0][1][0] = { { 98, 95, 90 }, { 93, 89, 81 }, { 88, 78, 69 } },
    [0][0][1][1] = { { 95, 92, 84 }, { 92, 81, 65 }, { 80, 70, 48 } },
    [0][0][2][1] = { { 92, 82, 72 }, { 79, 69, 50 }, { 69, 55, 27 } },
    [0][1][0][0] = { { 99, 95, 92 }, { 95, 90, 84 }, { 92, 82, 72 } },
    [0][1][0][1] = { { 97, 92, 85 }, { 91, 83, 71 }, { 81, 71, 53 } },
    [0][1][1][0] = { { 95, 92, 85 }, { 92, 80, 70 }, { 84, 71, 50 } },
    [0][1][1][1] = { { 93, 85, 73 }, { 82, 72, 59 }, { 70, 52, 30 } },
    [0][1][2][1] = { { 86, 75, 52 }, { 71, 52, 29 }, { 63, 29, 17 } },
    [1][0][0][0] = { { 98, 94, 91 }, { 94, 86, 77 }, { 87, 74, 63 } },
    [1][0][0][1] = { { 95, 87, 81 }, { 89, 74, 64 }, { 75, 63, 49 } },
    [1][0][1][0] = { { 94, 88, 76 }, { 86, 74, 59 }, { 72, 57, 52 } },
    [1][0][1][1] = { { 89, 77, 67 }, { 76, 58, 50 }, { 57, 52, 25 } },
    [1][0][2][1] = { { 83, 70, 54 }, { 65, 58, 26 }, { 53, 21, 13 } },
    [1][1][0][0] = { { 95, 88, 76 }, { 90, 75, 61 }, { 77, 68, 52 } },
    [1][1][0][1] = { { 90, 76, 70 }, { 77, 62, 53 }, { 66, 59, 30 } },
    [1][1][1][0] = { { 89, 76, 62 }, { 74, 57, 47 }, { 61, 57, 24 } },
    [1][1][1][1] = { { 78, 67, 58 }, { 59, 57, 23 }, { 52, 29, 16 } },
    [1][1][2][1] = { { 71, 59, 30 }, { 58, 26, 15 }, { 23, 13, 6 } },
    [2][0][0][0] = { { 93, 86, 75 }, { 86, 74, 56 }, { 70, 52, 40 } },
    [2][0][0][1] = { { 87, 72, 58 }, { 74, 61, 34 }, { 54, 40, 22 } },
    [2][0][1][0] = { { 85, 74, 62 }, { 72, 55, 46 }, { 53, 34, 19 } },
    [2][0][1][1] = { { 75, 55, 51 }, { 57, 41, 19 }, { 36, 19, 8 } },
    [2][0][2][1] = { { 64, 51, 20 }, { 47, 21, 11 }, { 24, 9, 4 } },
    [2][1][0][0] = { { 88, 73, 60 }, { 73, 59, 41 }, { 54, 45, 20 } },
    [2][1][0][1] = { { 75, 53, 50 }, { 55, 40, 20 }, { 43, 22, 11 } },
    [2][1][1][0] = { { 75, 58, 40 }, { 61, 48, 20 }, { 46, 17, 8 } },
    [2][1][1][1] = { { 55, 45, 21 }, { 51, 18, 9 }, { 18, 7, 2 } },
    [2][1][2][1] = { { 53, 24, 14 }, { 24, 12, 5 }, { 10, 3, 1 } },
};

/* Depths of the classes in steps of a tenth: how many single-metric steps lie between a class's worst and mildest vector. */
static const int depth1[3] = { 1, 4, 5 }, depth2[2] = { 1, 2 }, depth36[3][2] = { { 7, 6 }, { 8, 8 }, { 0, 10 } },
                 depth4[3] = { 6, 5, 4 };

/* The worst vectors of each class, as letters of the metrics named in the comments; NULL ends a list. */
static const char *const worst1[3][4] = { { "NNN" }, { "ANN", "NLN", "NNP" }, { "PNN", "ALP" } }; /* AV PR UI */
static const char *const worst2[2][3] = { { "LN" }, { "HN", "LP" } };                             /* AC AT */
static const char *const worst4[3][2] = { { "HSS" }, { "HHH" }, { "LLL" } };                      /* SC SI SA */
static const char *const worst36[3][2][6] = {
    /* VC VI VA CR IR AR */
    { { "HHHHHH" }, { "HHLMMH", "HHHMMM" } },
    { { "LHHHHH", "HLHHHH" }, { "LHLHMH", "LHHHMM", "HLHMHM", "HLLMHH", "LLHHHM" } },
    { { NULL }, { "LLLHHH" } },
};

/* A metric's letter as it counts: the modified one where given, defaults where absent. */
static char effective(const char *value, enum metric metric)
{
    static const unsigned char modified[METRIC_COUNT] = { [AV] = MAV, [AC] = MAC, [AT] = MAT, [PR] = MPR, [UI] = MUI, [VC] = MVC,
                                                          [VI] = MVI, [VA] = MVA, [SC] = MSC, [SI] = MSI, [SA] = MSA };
    if (modified[metric] && value[modified[metric]] != 'X')
        return value[modified[metric]];
    if (value[metric] == 'X')
        return metric == E ? 'A' : 'H';
    return value[metric];
}

/* How many steps a letter lies below the worst of its metric. */
static int level(enum metric metric, char letter)
{
    static const char *const order[METRIC_COUNT] = {
        [AV] = "NALP", [AC] = "LH",   [AT] = "NP",   [PR] = "NLH",  [UI] = "NPA", [VC] = "HLN", [VI] = "HLN",
        [VA] = "HLN",  [SC] = "SHLN", [SI] = "SHLN", [SA] = "SHLN", [CR] = "HML", [IR] = "HML", [AR] = "HML"
    };
    const char *at = order[metric] ? strchr(order[metric], letter) : NULL;
    return at ? (int)(at - order[metric]) : 0;
}

struct classes {
    unsigned eq1, eq2, eq3, eq4, eq5, eq6;
};

/* Tables 24 to 29 of the specification. `m` has effective letters. */
static struct classes classify(const char *m)
{
    struct classes c;
    bool any_n = m[AV] == 'N' || m[PR] == 'N' || m[UI] == 'N', all_n = m[AV] == 'N' && m[PR] == 'N' && m[UI] == 'N';
    c.eq1 = all_n ? 0 : any_n && m[AV] != 'P' ? 1 : 2;
    c.eq2 = m[AC] == 'L' && m[AT] == 'N' ? 0 : 1;
    c.eq3 = m[VC] == 'H' && m[VI] == 'H' ? 0 : m[VC] == 'H' || m[VI] == 'H' || m[VA] == 'H' ? 1 : 2;
    c.eq4 = m[SI] == 'S' || m[SA] == 'S' ? 0 : m[SC] == 'H' || m[SI] == 'H' || m[SA] == 'H' ? 1 : 2;
    c.eq5 = m[E] == 'A' ? 0 : m[E] == 'P' ? 1 : 2;
    c.eq6 = (m[CR] == 'H' && m[VC] == 'H') || (m[IR] == 'H' && m[VI] == 'H') || (m[AR] == 'H' && m[VA] == 'H') ? 0 : 1;
    return c;
}

/* 0 where a class index is past its table or the combination does not exist. */
static double class_score(struct classes c)
{
    if (c.eq1 > 2 || c.eq2 > 1 || c.eq3 > 2 || c.eq4 > 2 || c.eq5 > 2 || c.eq6 > 1)
        return 0;
    return scores[c.eq1][c.eq2][c.eq3][c.eq6][c.eq4][c.eq5] / 10.0;
}

/* Steps from the first of the worst vectors that the letters do not exceed; 0 where there is none. */
static int distance(const char *m, const enum metric *of, size_t count, const char *const *worst, size_t worst_count)
{
    for (size_t w = 0; w < worst_count && worst[w]; w++) {
        int sum = 0;
        bool below = true;
        for (size_t i = 0; i < count; i++) {
            int steps = level(of[i], m[of[i]]) - level(of[i], worst[w][i]);
            below = below && steps >= 0;
            sum += steps;
        }
        if (below)
            return sum;
    }
    return 0;
}

/* The lowering of one class: its share of the way to the next lower class, where that exists. */
static void lower(double score, double next, int steps, int depth, double *sum, int *lower_count)
{
    if (next <= 0)
        return;
    ++*lower_count;
    if (depth)
        *sum += (score - next) * steps / depth;
}

/* The score of the next class below EQ3 and EQ6, which are tied together: the higher one where two ways lead down. */
static double next36(struct classes c)
{
    struct classes by3 = c, by6 = c;
    by3.eq3++;
    by6.eq6++;
    if (c.eq3 == 0 && c.eq6 == 0)
        return fmax(class_score(by3), class_score(by6));
    return c.eq6 == 0 ? class_score(by6) : class_score(by3);
}

bool cvss4_score(struct str text, double *score)
{
    static const enum metric of1[] = { AV, PR, UI }, of2[] = { AC, AT }, of36[] = { VC, VI, VA, CR, IR, AR },
                             of4[] = { SC, SI, SA };
    char value[METRIC_COUNT], m[METRIC_COUNT];
    if (!cvss_parse(text, metrics, METRIC_COUNT, value))
        return false;
    for (unsigned i = 0; i < METRIC_COUNT; i++)
        m[i] = effective(value, (enum metric)i);
    *score = 0;
    if (m[VC] == 'N' && m[VI] == 'N' && m[VA] == 'N' && m[SC] == 'N' && m[SI] == 'N' && m[SA] == 'N')
        return true;
    struct classes c = classify(m), n1 = c, n2 = c, n4 = c, n5 = c;
    n1.eq1++, n2.eq2++, n4.eq4++, n5.eq5++;
    double whole = class_score(c), sum = 0;
    int count = 0;
    lower(whole, class_score(n1), distance(m, of1, 3, worst1[c.eq1], 4), depth1[c.eq1], &sum, &count);
    lower(whole, class_score(n2), distance(m, of2, 2, worst2[c.eq2], 3), depth2[c.eq2], &sum, &count);
    lower(whole, next36(c), distance(m, of36, 6, worst36[c.eq3][c.eq6], 6), depth36[c.eq3][c.eq6], &sum, &count);
    lower(whole, class_score(n4), distance(m, of4, 3, worst4[c.eq4], 2), depth4[c.eq4], &sum, &count);
    lower(whole, class_score(n5), 0, 1, &sum, &count); /* all of EQ5's vectors are its worst */
    double result = whole - (count ? sum / count : 0);
    *score = floor(fmax(0, fmin(10, result)) * 10 + 0.5 + 1e-6) / 10;
    return true;
}
