using Xunit;

namespace RctOnnx.Runtime.Tests.Documents;

public class DocumentPlannerTests
{
    [Fact]
    public void A_document_that_fits_is_one_row_and_one_without_sentences_is_none()
    {
        Assert.Equal([new DocumentWindow(0, 3, 0, 3)], DocumentPlanner.Plan([4, 5, 6], 16, 2));
        Assert.Empty(DocumentPlanner.Plan([], 16, 2));
    }

    [Fact]
    public void Rows_share_sentences_and_each_is_read_further_from_the_cut()
    {
        // Six sentences of 5 tokens in rows of 21: four a row, two shared, one of these read in each.
        Assert.Equal([new DocumentWindow(0, 4, 0, 3), new DocumentWindow(2, 4, 3, 3)], DocumentPlanner.Plan([5, 5, 5, 5, 5, 5], 21, 2));
        // The last row is filled up backwards.
        Assert.Equal([new DocumentWindow(0, 4, 0, 3), new DocumentWindow(1, 4, 3, 2)], DocumentPlanner.Plan([5, 5, 5, 5, 5], 21, 0));
        // No overlap that leaves no room for a new sentence.
        Assert.Equal([new DocumentWindow(0, 2, 0, 2), new DocumentWindow(2, 1, 2, 1)], DocumentPlanner.Plan([5, 5, 20], 21, 3));
    }

    [Fact]
    public void Every_sentence_is_read_once_in_its_order_in_a_row_that_holds_it_and_no_row_is_too_long()
    {
        Random random = new(1);
        for (int trial = 0; trial < 2000; trial++)
        {
            int max = random.Next(5, 60);
            int[] lengths = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(1, max))];
            List<DocumentWindow> rows = DocumentPlanner.Plan(lengths, max, random.Next(0, 6));
            int next = 0;
            foreach (DocumentWindow row in rows)
            {
                Assert.True(1 + lengths.AsSpan(row.First, row.Count).ToArray().Sum() <= max);
                Assert.Equal(next, row.FirstRead);
                Assert.True(row.ReadCount > 0 && row.FirstRead >= row.First && row.FirstRead + row.ReadCount <= row.First + row.Count);
                next += row.ReadCount;
            }
            Assert.Equal(lengths.Length, next);
        }
    }

    [Fact]
    public void A_sentence_longer_than_a_row_is_no_sentence_of_a_document() =>
        Assert.Throws<ArgumentException>(() => DocumentPlanner.Plan([4, 20], 16, 2));
}
