using RctOnnx.Data;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Documents;

public class SentenceSplitterTests
{
    [Theory]
    [InlineData("Pain is common. It is treated late.", "Pain is common.|It is treated late.")]
    [InlineData("Two drugs (e.g. Aspirin) vs. Placebo were compared. None helped.", "Two drugs (e.g. Aspirin) vs. Placebo were compared.|None helped.")]
    [InlineData("The risk fell to 3.5 % (p < 0.05). We conclude nothing.", "The risk fell to 3.5 % (p < 0.05).|We conclude nothing.")]
    [InlineData("It was lower, p < 0.05. Patients slept.", "It was lower, p < 0.05.|Patients slept.")]
    [InlineData("The value was P = 0. 05 and E. coli grew. J. R. Smith et al. Report this.", "The value was P = 0. 05 and E. coli grew.|J. R. Smith et al. Report this.")]
    [InlineData("Pain fell (p = 0. 05). It rose, p < 0. 01. Nobody died.", "Pain fell (p = 0. 05).|It rose, p < 0. 01.|Nobody died.")]
    [InlineData("They took vitamin D. The dose was high.", "They took vitamin D.|The dose was high.")]
    [InlineData("Does it work? Yes! It does.", "Does it work?|Yes!|It does.")]
    [InlineData("METHODS: We asked 12 people. RESULTS: Nobody answered.", "METHODS: We asked 12 people.|RESULTS: Nobody answered.")]
    [InlineData("Pain is common METHODS: We asked.", "Pain is common|METHODS: We asked.")]
    [InlineData("Methods\n\nWe asked.\n\nNo title here", "Methods\n\nWe asked.|No title here")]
    [InlineData("Wrapped over\ntwo lines. mRNA fell. β-Blockers helped.", "Wrapped over\ntwo lines.|mRNA fell.|β-Blockers helped.")]
    [InlineData("Seven women were asked. 24 men were not.", "Seven women were asked.|24 men were not.")]
    [InlineData("Objective: To test x.Methods: We ran it.Results: Fine.", "Objective: To test x.|Methods: We ran it.|Results: Fine.")]
    [InlineData("Mean age was 61 yr. Ninety were men.", "Mean age was 61 yr.|Ninety were men.")]
    [InlineData("  ", "")]
    [InlineData("No stop", "No stop")]
    public void Sentences_end_where_a_reader_would_end_them(string text, string expected) =>
        Assert.Equal(expected.Length == 0 ? [] : expected.Split('|'), SentenceSplitter.Split(text));

    [Fact]
    public void Ranges_rise_and_cover_all_but_white_space()
    {
        const string text = " One (two. three) four.  Five?\n\nSIX. ";
        IReadOnlyList<Range> found = SentenceSplitter.Find(text);
        Assert.Equal(string.Concat(text.Where(c => !char.IsWhiteSpace(c))), string.Concat(found.SelectMany(range => text[range]).Where(c => !char.IsWhiteSpace(c))));
        Assert.Equal(SentenceSplitter.Split(text), found.Select(range => text[range]));
    }

    [Fact]
    public void A_long_text_without_a_space_and_one_of_stops_alone_take_linear_time()
    {
        Assert.Single(SentenceSplitter.Split(new string('a', 2_000_000)));
        Assert.Single(SentenceSplitter.Split(new string('.', 2_000_000)));
        Assert.Equal(2, SentenceSplitter.Split("It ended." + new string(' ', 2_000_000) + "The next.").Count);
        Assert.NotEmpty(SentenceSplitter.Split(string.Concat(Enumerable.Repeat("J.\tSmith\t", 200_000))));
        Assert.Equal(300_000, SentenceSplitter.Split(string.Concat(Enumerable.Repeat("A b. ", 300_000))).Count);
    }

    [Theory]
    [InlineData("rct-abstracts/dev.txt")]
    [InlineData("rct-abstracts/test.txt")]
    [InlineData("rct-abstracts/train.txt")]
    [InlineData("rct-abstracts/train-extra.txt")]
    [InlineData("pubmed-20k/abstracts-train.txt")]
    public void Boundaries_of_joined_abstracts_are_found_with_a_precision_and_recall_of_99_percent(string file)
    {
        long right = 0, wrong = 0, missed = 0;
        foreach (IReadOnlyList<TextRow> document in TextDocuments.Of(TextDataset.Read(SharedFolders.Data(file.Split('/')))))
        {
            HashSet<int> truth = [];
            string text = "";
            foreach (string sentence in document.Select(row => row.Text.Trim()))
            {
                if (text.Length > 0) truth.Add((text += " ").Length);
                text += sentence;
            }
            HashSet<int> found = [.. SentenceSplitter.Find(text).Select(range => range.Start.Value).Where(start => start > 0)];
            right += found.Intersect(truth).Count();
            wrong += found.Except(truth).Count();
            missed += truth.Except(found).Count();
        }
        Assert.True(right / (double)(right + wrong) >= 0.99 && right / (double)(right + missed) >= 0.99, $"{file}: precision {right / (double)(right + wrong):P2}, recall {right / (double)(right + missed):P2}");
    }
}
